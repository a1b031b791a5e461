using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class RoomComfort : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<double>(
                name: "comfort_humidity_max",
                table: "rooms",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "comfort_humidity_min",
                table: "rooms",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "comfort_temperature_max",
                table: "rooms",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "comfort_temperature_min",
                table: "rooms",
                type: "REAL",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "comfort_humidity_max",
                table: "rooms");

            migrationBuilder.DropColumn(
                name: "comfort_humidity_min",
                table: "rooms");

            migrationBuilder.DropColumn(
                name: "comfort_temperature_max",
                table: "rooms");

            migrationBuilder.DropColumn(
                name: "comfort_temperature_min",
                table: "rooms");
        }
    }
}
