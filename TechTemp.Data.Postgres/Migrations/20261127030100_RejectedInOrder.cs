using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using TechTemp.Data.Store;

#nullable disable

namespace TechTemp.Data.Postgres.Migrations
{
    /// <summary>Refused messages of a device and a reason are found in the order of their ids.</summary>
    [DbContext(typeof(TechTempContext))]
    [Migration("20261127030100_RejectedInOrder")]
    public partial class RejectedInOrder : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_rejected_messages_device_uid_reason",
                table: "rejected_messages");

            migrationBuilder.CreateIndex(
                name: "IX_rejected_messages_device_uid_reason_id",
                table: "rejected_messages",
                columns: new[] { "device_uid", "reason", "id" });
        }
    }
}
