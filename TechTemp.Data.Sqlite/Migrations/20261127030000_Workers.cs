using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using TechTemp.Data.Store;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <summary>Several workers, as every store has their tables. A SQLite file has one worker: its name is empty, and the new tables stay so.</summary>
    [DbContext(typeof(TechTempContext))]
    [Migration("20261127030000_Workers")]
    public sealed class Workers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(name: "worker", table: "ingest_instance", type: "TEXT", nullable: false, defaultValue: "");
            migrationBuilder.AddColumn<string>(name: "worker", table: "broker_sessions", type: "TEXT", nullable: false, defaultValue: "");
            migrationBuilder.CreateIndex(name: "IX_ingest_instance_worker", table: "ingest_instance", column: "worker", unique: true);
            migrationBuilder.CreateTable(
                name: "ingest_workers",
                columns: table => new
                {
                    worker = table.Column<string>(type: "TEXT", nullable: false),
                    registered = table.Column<long>(type: "INTEGER", nullable: false),
                    seen_at = table.Column<long>(type: "INTEGER", nullable: false),
                    homes = table.Column<string>(type: "TEXT", nullable: true),
                    is_retired = table.Column<bool>(type: "INTEGER", nullable: false),
                },
                constraints: table => table.PrimaryKey("PK_ingest_workers", x => x.worker));
            migrationBuilder.CreateTable(
                name: "ingest_homes",
                columns: table => new
                {
                    home = table.Column<string>(type: "TEXT", nullable: false),
                    worker = table.Column<string>(type: "TEXT", nullable: false),
                    standing = table.Column<long>(type: "INTEGER", nullable: false),
                    change = table.Column<long>(type: "INTEGER", nullable: false),
                    is_released = table.Column<bool>(type: "INTEGER", nullable: false),
                },
                constraints: table => table.PrimaryKey("PK_ingest_homes", x => new { x.home, x.worker }));
            migrationBuilder.CreateTable(
                name: "ingest_division",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    first_worker = table.Column<string>(type: "TEXT", nullable: true),
                    connection = table.Column<long>(type: "INTEGER", nullable: false),
                    subscription = table.Column<long>(type: "INTEGER", nullable: false),
                },
                constraints: table => table.PrimaryKey("PK_ingest_division", x => x.id));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "ingest_division");
            migrationBuilder.DropTable(name: "ingest_homes");
            migrationBuilder.DropTable(name: "ingest_workers");
            migrationBuilder.DropIndex(name: "IX_ingest_instance_worker", table: "ingest_instance");
            // EF Core would rebuild the tables, for which it needs a model of this version.
            migrationBuilder.Sql(
                """
                ALTER TABLE "ingest_instance" DROP COLUMN "worker";
                ALTER TABLE "broker_sessions" DROP COLUMN "worker";
                """);
        }
    }
}
