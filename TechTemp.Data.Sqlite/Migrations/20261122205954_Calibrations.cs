using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Calibrations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // By hand, as the readings are: keyed as it is asked for, it is one b-tree.
            migrationBuilder.Sql("""
                CREATE TABLE "calibrations" (
                    "device_id" INTEGER NOT NULL CONSTRAINT "FK_calibrations_devices_device_id" REFERENCES "devices" ("id") ON DELETE CASCADE,
                    "from_ts" INTEGER NOT NULL,
                    "temperature_offset" REAL NOT NULL,
                    "humidity_offset" REAL NOT NULL,
                    CONSTRAINT "PK_calibrations" PRIMARY KEY ("device_id", "from_ts")
                ) STRICT, WITHOUT ROWID;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "calibrations");
        }
    }
}
