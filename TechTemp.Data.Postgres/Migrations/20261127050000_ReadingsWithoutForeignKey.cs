using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using TechTemp.Data.Store;

#nullable disable

namespace TechTemp.Data.Postgres.Migrations
{
    /// <summary>Readings refer to their devices without a foreign key, as pages do.</summary>
    [DbContext(typeof(TechTempContext))]
    [Migration("20261127050000_ReadingsWithoutForeignKey")]
    public sealed class ReadingsWithoutForeignKey : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // In the order in which writers of an older version, which may still run, lock them.
            migrationBuilder.Sql("LOCK TABLE devices IN ACCESS EXCLUSIVE MODE;");
            migrationBuilder.DropForeignKey(name: "FK_readings_devices_device_id", table: "readings");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.AddForeignKey(
            name: "FK_readings_devices_device_id",
            table: "readings",
            column: "device_id",
            principalTable: "devices",
            principalColumn: "id",
            onDelete: ReferentialAction.Cascade);
    }
}
