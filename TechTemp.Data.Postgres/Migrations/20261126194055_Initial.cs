using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TechTemp.Data.Postgres.Migrations
{
    /// <summary>The schema of the first version on PostgreSQL.</summary>
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "broker_sessions",
                columns: table => new
                {
                    client_id = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_broker_sessions", x => x.client_id);
                });

            migrationBuilder.CreateTable(
                name: "devices",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    uid = table.Column<string>(type: "text", nullable: false),
                    home = table.Column<string>(type: "text", nullable: true),
                    label = table.Column<string>(type: "text", nullable: true),
                    model = table.Column<string>(type: "text", nullable: true),
                    provisioned = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    last_seen_at = table.Column<long>(type: "bigint", nullable: true),
                    highest_seq = table.Column<long>(type: "bigint", nullable: true),
                    raw_from = table.Column<long>(type: "bigint", nullable: true),
                    measures = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_devices", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "held_drops",
                columns: table => new
                {
                    device_uid = table.Column<string>(type: "text", nullable: false),
                    home = table.Column<string>(type: "text", nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false),
                    last_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_held_drops", x => new { x.device_uid, x.home });
                });

            migrationBuilder.CreateTable(
                name: "ingest_instance",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    uid = table.Column<string>(type: "text", nullable: false),
                    machine = table.Column<string>(type: "text", nullable: false),
                    process_id = table.Column<int>(type: "integer", nullable: false),
                    since = table.Column<long>(type: "bigint", nullable: false),
                    asked = table.Column<long>(type: "bigint", nullable: false),
                    answered = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ingest_instance", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "kept_messages",
                columns: table => new
                {
                    client_id = table.Column<string>(type: "text", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    publish = table.Column<byte[]>(type: "bytea", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_kept_messages", x => new { x.client_id, x.position });
                });

            migrationBuilder.CreateTable(
                name: "kept_retained",
                columns: table => new
                {
                    topic = table.Column<string>(type: "text", nullable: false),
                    publish = table.Column<byte[]>(type: "bytea", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_kept_retained", x => x.topic);
                });

            migrationBuilder.CreateTable(
                name: "kept_sessions",
                columns: table => new
                {
                    client_id = table.Column<string>(type: "text", nullable: false),
                    user_name = table.Column<string>(type: "text", nullable: true),
                    subscriptions = table.Column<byte[]>(type: "bytea", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_kept_sessions", x => x.client_id);
                });

            migrationBuilder.CreateTable(
                name: "pages",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    body = table.Column<byte[]>(type: "bytea", nullable: false),
                    head = table.Column<byte[]>(type: "bytea", nullable: false),
                    quarters = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_pages", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "rejected_messages",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    received_at = table.Column<long>(type: "bigint", nullable: false),
                    topic = table.Column<string>(type: "text", nullable: false),
                    device_uid = table.Column<string>(type: "text", nullable: true),
                    home = table.Column<string>(type: "text", nullable: true),
                    is_held = table.Column<bool>(type: "boolean", nullable: false),
                    payload = table.Column<byte[]>(type: "bytea", nullable: false),
                    digest = table.Column<byte[]>(type: "bytea", nullable: false, defaultValue: new byte[0]),
                    payload_size = table.Column<int>(type: "integer", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rejected_messages", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "rooms",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    uid = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    floor = table.Column<string>(type: "text", nullable: true),
                    side = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    comfort_temperature_min = table.Column<double>(type: "double precision", nullable: true),
                    comfort_temperature_max = table.Column<double>(type: "double precision", nullable: true),
                    comfort_humidity_min = table.Column<double>(type: "double precision", nullable: true),
                    comfort_humidity_max = table.Column<double>(type: "double precision", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rooms", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "store_identity",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    uid = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_store_identity", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "calibrations",
                columns: table => new
                {
                    device_id = table.Column<int>(type: "integer", nullable: false),
                    from_ts = table.Column<long>(type: "bigint", nullable: false),
                    temperature_offset = table.Column<double>(type: "double precision", nullable: false),
                    humidity_offset = table.Column<double>(type: "double precision", nullable: false),
                    more = table.Column<byte[]>(type: "bytea", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_calibrations", x => new { x.device_id, x.from_ts });
                    table.ForeignKey(
                        name: "FK_calibrations_devices_device_id",
                        column: x => x.device_id,
                        principalTable: "devices",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "readings",
                columns: table => new
                {
                    device_id = table.Column<int>(type: "integer", nullable: false),
                    ts = table.Column<long>(type: "bigint", nullable: false),
                    source = table.Column<short>(type: "smallint", nullable: false),
                    humidity = table.Column<double>(type: "double precision", nullable: true),
                    more = table.Column<byte[]>(type: "bytea", nullable: true),
                    temperature = table.Column<double>(type: "double precision", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_readings", x => new { x.device_id, x.ts });
                    table.ForeignKey(
                        name: "FK_readings_devices_device_id",
                        column: x => x.device_id,
                        principalTable: "devices",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "sequence_gaps",
                columns: table => new
                {
                    device_id = table.Column<int>(type: "integer", nullable: false),
                    first = table.Column<long>(type: "bigint", nullable: false),
                    last = table.Column<long>(type: "bigint", nullable: false)
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

            migrationBuilder.CreateTable(
                name: "placements",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    device_id = table.Column<int>(type: "integer", nullable: false),
                    room_id = table.Column<int>(type: "integer", nullable: false),
                    from_ts = table.Column<long>(type: "bigint", nullable: false),
                    to_ts = table.Column<long>(type: "bigint", nullable: true)
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
                name: "IX_placements_open",
                table: "placements",
                column: "device_id",
                unique: true,
                filter: "to_ts IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_placements_room_id",
                table: "placements",
                column: "room_id");

            migrationBuilder.CreateIndex(
                name: "IX_rejected_messages_device_uid_reason",
                table: "rejected_messages",
                columns: new[] { "device_uid", "reason" });

            migrationBuilder.CreateIndex(
                name: "IX_rejected_messages_digest",
                table: "rejected_messages",
                column: "digest");

            migrationBuilder.CreateIndex(
                name: "IX_rejected_messages_held",
                table: "rejected_messages",
                columns: new[] { "device_uid", "home", "id" },
                filter: "is_held");

            migrationBuilder.CreateIndex(
                name: "IX_rejected_messages_others",
                table: "rejected_messages",
                column: "id",
                filter: "NOT is_held");

            migrationBuilder.CreateIndex(
                name: "IX_rooms_uid",
                table: "rooms",
                column: "uid",
                unique: true);

            // By hand: as every store, it has a random id of its own from the beginning.
            migrationBuilder.Sql("INSERT INTO store_identity (id, uid) VALUES (1, replace(gen_random_uuid()::text, '-', ''));");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "broker_sessions");

            migrationBuilder.DropTable(
                name: "calibrations");

            migrationBuilder.DropTable(
                name: "held_drops");

            migrationBuilder.DropTable(
                name: "ingest_instance");

            migrationBuilder.DropTable(
                name: "kept_messages");

            migrationBuilder.DropTable(
                name: "kept_retained");

            migrationBuilder.DropTable(
                name: "kept_sessions");

            migrationBuilder.DropTable(
                name: "pages");

            migrationBuilder.DropTable(
                name: "placements");

            migrationBuilder.DropTable(
                name: "readings");

            migrationBuilder.DropTable(
                name: "rejected_messages");

            migrationBuilder.DropTable(
                name: "sequence_gaps");

            migrationBuilder.DropTable(
                name: "store_identity");

            migrationBuilder.DropTable(
                name: "rooms");

            migrationBuilder.DropTable(
                name: "devices");
        }
    }
}
