using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class ReadingsInHundredths : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) =>
            Rebuild(migrationBuilder, "ANY", c => $"""iif(round("{c}" * 100) / 100 = "{c}", CAST(round("{c}" * 100) AS INTEGER), "{c}")""");

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            Rebuild(migrationBuilder, "REAL", c => $"""iif(typeof("{c}") = 'integer', "{c}" / 100.0, "{c}")""");

        // By hand, as they were made. Values are hundredths (INTEGER) or themselves (REAL), see Rows/StoredNumber.cs: in a REAL column
        // SQLite would make them one type again. In the order of the key the new table is filled page by page.
        private static void Rebuild(MigrationBuilder migrationBuilder, string type, Func<string, string> value) => migrationBuilder.Sql($"""
            CREATE TABLE "readings_rebuilt" (
                "device_id" INTEGER NOT NULL CONSTRAINT "FK_readings_devices_device_id" REFERENCES "devices" ("id") ON DELETE CASCADE,
                "ts" INTEGER NOT NULL,
                "temperature" {type} NOT NULL,
                "humidity" {type} NOT NULL,
                "source" INTEGER NOT NULL,
                CONSTRAINT "PK_readings" PRIMARY KEY ("device_id", "ts")
            ) STRICT, WITHOUT ROWID;
            INSERT INTO "readings_rebuilt" ("device_id", "ts", "temperature", "humidity", "source")
            SELECT "device_id", "ts", {value("temperature")}, {value("humidity")}, "source" FROM "readings" ORDER BY "device_id", "ts";
            DROP TABLE "readings";
            ALTER TABLE "readings_rebuilt" RENAME TO "readings";
            """);
    }
}
