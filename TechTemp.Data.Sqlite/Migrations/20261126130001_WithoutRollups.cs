using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using TechTemp.Data.Store;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <summary>Drops the rollups. What they say of readings that are gone has been made pages before: see <see cref="Schema.FormerRollups"/>.</summary>
    [DbContext(typeof(TechTempContext))]
    [Migration("20261126130001_WithoutRollups")]
    public sealed class WithoutRollups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "rollup_backlog");
            migrationBuilder.DropTable(name: "rollups");
        }

        /// <inheritdoc />
        // What is sealed is not in them: the way back for users is a backup.
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            CREATE TABLE "rollups" (
                "device_id" INTEGER NOT NULL CONSTRAINT "FK_rollups_devices_device_id" REFERENCES "devices" ("id") ON DELETE CASCADE,
                "tier" INTEGER NOT NULL,
                "bucket" INTEGER NOT NULL,
                "count" INTEGER NOT NULL,
                "temperature_integral" ANY NOT NULL,
                "temperature_min" ANY NOT NULL,
                "temperature_max" ANY NOT NULL,
                "humidity_integral" ANY NOT NULL,
                "humidity_min" ANY NOT NULL,
                "humidity_max" ANY NOT NULL,
                "seconds" INTEGER NOT NULL DEFAULT 0,
                CONSTRAINT "PK_rollups" PRIMARY KEY ("device_id", "tier", "bucket")
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE "rollup_backlog" (
                "device_id" INTEGER NOT NULL CONSTRAINT "PK_rollup_backlog" PRIMARY KEY
                    CONSTRAINT "FK_rollup_backlog_devices_device_id" REFERENCES "devices" ("id") ON DELETE CASCADE,
                "next_ts" INTEGER NOT NULL
            ) STRICT;
            INSERT INTO "rollup_backlog" SELECT "id", 0 FROM "devices";
            """);
    }
}
