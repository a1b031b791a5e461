using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Marks the file as ours: StoreSchema.ApplicationId.
            migrationBuilder.Sql("PRAGMA application_id = 0x54545250;");

            migrationBuilder.CreateTable(
                name: "devices",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    uid = table.Column<string>(type: "TEXT", nullable: false),
                    home = table.Column<string>(type: "TEXT", nullable: true),
                    label = table.Column<string>(type: "TEXT", nullable: true),
                    model = table.Column<string>(type: "TEXT", nullable: true),
                    provisioned = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_seen_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_devices", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "rejected_messages",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    received_at = table.Column<long>(type: "INTEGER", nullable: false),
                    topic = table.Column<string>(type: "TEXT", nullable: false),
                    device_uid = table.Column<string>(type: "TEXT", nullable: true),
                    payload = table.Column<byte[]>(type: "BLOB", nullable: false),
                    payload_size = table.Column<int>(type: "INTEGER", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: false),
                    detail = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rejected_messages", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "rooms",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    uid = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    floor = table.Column<string>(type: "TEXT", nullable: true),
                    side = table.Column<string>(type: "TEXT", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rooms", x => x.id);
                });

            // By hand: EF Core cannot say WITHOUT ROWID, which makes the primary key the only b-tree (design decision 3).
            migrationBuilder.Sql("""
                CREATE TABLE "readings" (
                    "device_id" INTEGER NOT NULL CONSTRAINT "FK_readings_devices_device_id" REFERENCES "devices" ("id") ON DELETE CASCADE,
                    "ts" INTEGER NOT NULL,
                    "temperature" REAL NOT NULL,
                    "humidity" REAL NOT NULL,
                    "source" INTEGER NOT NULL,
                    CONSTRAINT "PK_readings" PRIMARY KEY ("device_id", "ts")
                ) STRICT, WITHOUT ROWID;
                """);

            migrationBuilder.CreateTable(
                name: "placements",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    device_id = table.Column<int>(type: "INTEGER", nullable: false),
                    room_id = table.Column<int>(type: "INTEGER", nullable: false),
                    from_ts = table.Column<long>(type: "INTEGER", nullable: false),
                    to_ts = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_placements", x => x.id);
                    table.ForeignKey(
                        name: "FK_placements_devices_device_id",
                        column: x => x.device_id,
                        principalTable: "devices",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_placements_rooms_room_id",
                        column: x => x.room_id,
                        principalTable: "rooms",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_devices_uid",
                table: "devices",
                column: "uid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_placements_device_id_from_ts",
                table: "placements",
                columns: new[] { "device_id", "from_ts" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_placements_room_id",
                table: "placements",
                column: "room_id");

            migrationBuilder.CreateIndex(
                name: "IX_rejected_messages_device_uid_reason",
                table: "rejected_messages",
                columns: new[] { "device_uid", "reason" });

            migrationBuilder.CreateIndex(
                name: "IX_rooms_uid",
                table: "rooms",
                column: "uid",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "placements");

            migrationBuilder.DropTable(
                name: "readings");

            migrationBuilder.DropTable(
                name: "rejected_messages");

            migrationBuilder.DropTable(
                name: "rooms");

            migrationBuilder.DropTable(
                name: "devices");
        }
    }
}
