using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Rollups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "raw_from",
                table: "devices",
                type: "INTEGER",
                nullable: true);

            // By hand, as readings are. Numbers are hundredths (INTEGER) or themselves (REAL): Rows/StoredNumber.cs.
            migrationBuilder.Sql("""
                CREATE TABLE "rollups" (
                    "device_id" INTEGER NOT NULL CONSTRAINT "FK_rollups_devices_device_id" REFERENCES "devices" ("id") ON DELETE CASCADE,
                    "tier" INTEGER NOT NULL,
                    "bucket" INTEGER NOT NULL,
                    "count" INTEGER NOT NULL,
                    "temperature_sum" ANY NOT NULL,
                    "temperature_min" ANY NOT NULL,
                    "temperature_max" ANY NOT NULL,
                    "humidity_sum" ANY NOT NULL,
                    "humidity_min" ANY NOT NULL,
                    "humidity_max" ANY NOT NULL,
                    CONSTRAINT "PK_rollups" PRIMARY KEY ("device_id", "tier", "bucket")
                ) STRICT, WITHOUT ROWID;
                """);

            // What was stored before there were rollups is rolled up after the migration, in steps.
            migrationBuilder.Sql("""
                CREATE TABLE "rollup_backlog" (
                    "device_id" INTEGER NOT NULL CONSTRAINT "PK_rollup_backlog" PRIMARY KEY
                        CONSTRAINT "FK_rollup_backlog_devices_device_id" REFERENCES "devices" ("id") ON DELETE CASCADE,
                    "next_ts" INTEGER NOT NULL
                ) STRICT;
                """);
            migrationBuilder.Sql("""INSERT INTO "rollup_backlog" SELECT "id", 0 FROM "devices";""");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "rollup_backlog");

            migrationBuilder.DropTable(
                name: "rollups");

            migrationBuilder.DropColumn(
                name: "raw_from",
                table: "devices");
        }
    }
}
