using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using TechTemp.Data.Store;

#nullable disable

namespace TechTemp.Data.Postgres.Migrations
{
    /// <summary>Work in steps that another process can finish.</summary>
    [DbContext(typeof(TechTempContext))]
    [Migration("20261127070000_DeviceWork")]
    public sealed class DeviceWork : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
            name: "device_work",
            columns: table => new
            {
                device_id = table.Column<int>(type: "integer", nullable: false),
                kind = table.Column<int>(type: "integer", nullable: false),
                from_ts = table.Column<long>(type: "bigint", nullable: false),
                to_ts = table.Column<long>(type: "bigint", nullable: false),
                owner = table.Column<string>(type: "text", nullable: false),
                seen_at = table.Column<long>(type: "bigint", nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_device_work", x => new { x.device_id, x.kind, x.from_ts, x.to_ts });
                table.ForeignKey("FK_device_work_devices_device_id", x => x.device_id, "devices", "id", onDelete: ReferentialAction.Cascade);
            });

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable(name: "device_work");
    }
}
