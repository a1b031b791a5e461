using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using TechTemp.Data.Store;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <summary>
    /// A reading has any of the quantities: <c>more</c> holds those but temperature and humidity (<see cref="Rows.ReadingRow"/>), of which either may be
    /// lacking. Changes the schema only and no row of readings, however many there are.
    /// </summary>
    [DbContext(typeof(TechTempContext))]
    [Migration("20261126170000_AnyQuantity")]
    public sealed class AnyQuantity : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                ALTER TABLE "readings" ALTER COLUMN "temperature" DROP NOT NULL;
                ALTER TABLE "readings" ALTER COLUMN "humidity" DROP NOT NULL;
                ALTER TABLE "readings" ADD COLUMN "more" BLOB;
                """);
            migrationBuilder.AddColumn<byte[]>(name: "more", table: "calibrations", type: "BLOB", nullable: true);
            migrationBuilder.AddColumn<long>(name: "measures", table: "devices", type: "INTEGER", nullable: false, defaultValue: 0L);
            // Both quantities that there were.
            migrationBuilder.Sql("""UPDATE "devices" SET "measures" = 3;""");
        }

        /// <inheritdoc />
        // What only this version can keep is lost: the way back for users is a backup.
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                ALTER TABLE "devices" DROP COLUMN "measures";
                ALTER TABLE "calibrations" DROP COLUMN "more";
                DELETE FROM "readings" WHERE "temperature" IS NULL OR "humidity" IS NULL;
                ALTER TABLE "readings" DROP COLUMN "more";
                ALTER TABLE "readings" ALTER COLUMN "temperature" SET NOT NULL;
                ALTER TABLE "readings" ALTER COLUMN "humidity" SET NOT NULL;
                """);
        }
    }
}
