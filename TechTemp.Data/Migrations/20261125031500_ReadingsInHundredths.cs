using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TechTemp.Data.Migrations
{
    /// <inheritdoc />
    public partial class ReadingsInHundredths : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // By hand, as they were made. Values are hundredths (INTEGER) or themselves (REAL): Store/StoredNumber.cs.
            // In a REAL column SQLite would make them one type again.
            migrationBuilder.Sql("""
                CREATE TABLE "readings_in_hundredths" (
                    "device_id" INTEGER NOT NULL CONSTRAINT "FK_readings_devices_device_id" REFERENCES "devices" ("id") ON DELETE CASCADE,
                    "ts" INTEGER NOT NULL,
                    "temperature" ANY NOT NULL,
                    "humidity" ANY NOT NULL,
                    "source" INTEGER NOT NULL,
                    CONSTRAINT "PK_readings" PRIMARY KEY ("device_id", "ts")
                ) STRICT, WITHOUT ROWID;
                """);
            migrationBuilder.Sql($"""
                INSERT INTO "readings_in_hundredths" ("device_id", "ts", "temperature", "humidity", "source")
                SELECT "device_id", "ts", {Hundredths("temperature")}, {Hundredths("humidity")}, "source"
                FROM "readings" ORDER BY "device_id", "ts";
                """);
            Replace(migrationBuilder);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                CREATE TABLE "readings_in_hundredths" (
                    "device_id" INTEGER NOT NULL CONSTRAINT "FK_readings_devices_device_id" REFERENCES "devices" ("id") ON DELETE CASCADE,
                    "ts" INTEGER NOT NULL,
                    "temperature" REAL NOT NULL,
                    "humidity" REAL NOT NULL,
                    "source" INTEGER NOT NULL,
                    CONSTRAINT "PK_readings" PRIMARY KEY ("device_id", "ts")
                ) STRICT, WITHOUT ROWID;
                """);
            migrationBuilder.Sql($"""
                INSERT INTO "readings_in_hundredths" ("device_id", "ts", "temperature", "humidity", "source")
                SELECT "device_id", "ts", {Number("temperature")}, {Number("humidity")}, "source"
                FROM "readings" ORDER BY "device_id", "ts";
                """);
            Replace(migrationBuilder);
        }

        // In the order of the key the new table is filled page by page.
        private static void Replace(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("""DROP TABLE "readings"; ALTER TABLE "readings_in_hundredths" RENAME TO "readings";""");

        private static string Hundredths(string column) =>
            $"""iif(round("{column}" * 100) / 100 = "{column}", CAST(round("{column}" * 100) AS INTEGER), "{column}")""";

        private static string Number(string column) =>
            $"""iif(typeof("{column}") = 'integer', "{column}" / 100.0, "{column}")""";
    }
}
