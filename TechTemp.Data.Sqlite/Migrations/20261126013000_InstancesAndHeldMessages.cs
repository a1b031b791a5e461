using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class InstancesAndHeldMessages : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "broker_sessions",
                columns: table => new
                {
                    client_id = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_broker_sessions", x => x.client_id);
                });

            migrationBuilder.CreateTable(
                name: "held_drops",
                columns: table => new
                {
                    device_uid = table.Column<string>(type: "TEXT", nullable: false),
                    home = table.Column<string>(type: "TEXT", nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false),
                    last_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_held_drops", x => new { x.device_uid, x.home });
                });

            migrationBuilder.CreateTable(
                name: "ingest_instance",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    uid = table.Column<string>(type: "TEXT", nullable: false),
                    machine = table.Column<string>(type: "TEXT", nullable: false),
                    process_id = table.Column<int>(type: "INTEGER", nullable: false),
                    since = table.Column<long>(type: "INTEGER", nullable: false),
                    asked = table.Column<long>(type: "INTEGER", nullable: false),
                    answered = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ingest_instance", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "store_identity",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    uid = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_store_identity", x => x.id);
                });

            // SQLite's random numbers are ChaCha20, seeded by the operating system.
            migrationBuilder.Sql("""INSERT INTO "store_identity" ("id", "uid") VALUES (1, lower(hex(randomblob(16))));""");

            migrationBuilder.AddColumn<string>(
                name: "home",
                table: "rejected_messages",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "is_held",
                table: "rejected_messages",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            // Topics with a device are home/{home}/sensors/{device}/reading.
            migrationBuilder.Sql("""
                UPDATE "rejected_messages"
                SET "home" = substr("topic", 6, instr(substr("topic", 6), '/') - 1), "is_held" = "reason" = 'unknown-device'
                WHERE "device_uid" IS NOT NULL;
                """);

            migrationBuilder.CreateIndex(
                name: "IX_rejected_messages_held",
                table: "rejected_messages",
                columns: new[] { "device_uid", "home", "id" },
                filter: "is_held = 1");

            migrationBuilder.CreateIndex(
                name: "IX_rejected_messages_others",
                table: "rejected_messages",
                column: "id",
                filter: "is_held = 0");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "broker_sessions");

            migrationBuilder.DropTable(
                name: "held_drops");

            migrationBuilder.DropTable(
                name: "ingest_instance");

            migrationBuilder.DropTable(
                name: "store_identity");

            migrationBuilder.DropIndex(
                name: "IX_rejected_messages_held",
                table: "rejected_messages");

            migrationBuilder.DropIndex(
                name: "IX_rejected_messages_others",
                table: "rejected_messages");

            migrationBuilder.DropColumn(
                name: "home",
                table: "rejected_messages");

            migrationBuilder.DropColumn(
                name: "is_held",
                table: "rejected_messages");
        }
    }
}
