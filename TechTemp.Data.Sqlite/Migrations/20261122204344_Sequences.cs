using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Sequences : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "highest_seq",
                table: "devices",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "sequence_gaps",
                columns: table => new
                {
                    device_id = table.Column<int>(type: "INTEGER", nullable: false),
                    first = table.Column<long>(type: "INTEGER", nullable: false),
                    last = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sequence_gaps", x => new { x.device_id, x.first });
                    table.ForeignKey(
                        name: "FK_sequence_gaps_devices_device_id",
                        column: x => x.device_id,
                        principalTable: "devices",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "sequence_gaps");

            migrationBuilder.DropColumn(
                name: "highest_seq",
                table: "devices");
        }
    }
}
