using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class DigestsAndOpenPlacements : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "digest",
                table: "rejected_messages",
                type: "BLOB",
                nullable: false,
                defaultValue: new byte[0]);

            migrationBuilder.CreateIndex(
                name: "IX_rejected_messages_digest",
                table: "rejected_messages",
                column: "digest");

            // Of several open placements of a device the newest is true: the others ended when the next one began.
            migrationBuilder.Sql("""
                UPDATE "placements" AS p
                SET "to_ts" = (SELECT min(n."from_ts") FROM "placements" n WHERE n."device_id" = p."device_id" AND n."from_ts" > p."from_ts")
                WHERE p."to_ts" IS NULL
                    AND EXISTS (SELECT 1 FROM "placements" n WHERE n."device_id" = p."device_id" AND n."from_ts" > p."from_ts");
                """);

            migrationBuilder.CreateIndex(
                name: "IX_placements_open",
                table: "placements",
                column: "device_id",
                unique: true,
                filter: "to_ts IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_rejected_messages_digest",
                table: "rejected_messages");

            migrationBuilder.DropIndex(
                name: "IX_placements_open",
                table: "placements");

            migrationBuilder.DropColumn(
                name: "digest",
                table: "rejected_messages");
        }
    }
}
