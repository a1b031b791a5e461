using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TechTemp.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class MeansOverTime : Migration
    {
        // Rollups are computed again after the migration, in steps. Where retention has dropped the readings they cannot be: there each
        // reading weighs one second, so the mean stays what it was.
        private const string BuildAgain = """
            INSERT OR REPLACE INTO "rollup_backlog" SELECT "id", coalesce("raw_from", 0) FROM "devices";
            """;

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            ALTER TABLE "rollups" RENAME COLUMN "temperature_sum" TO "temperature_integral";
            ALTER TABLE "rollups" RENAME COLUMN "humidity_sum" TO "humidity_integral";
            ALTER TABLE "rollups" ADD COLUMN "seconds" INTEGER NOT NULL DEFAULT 0;
            UPDATE "rollups" SET "seconds" = "count" WHERE "device_id" IN (SELECT "id" FROM "devices" WHERE "raw_from" IS NOT NULL);
            """ + BuildAgain);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            ALTER TABLE "rollups" DROP COLUMN "seconds";
            ALTER TABLE "rollups" RENAME COLUMN "temperature_integral" TO "temperature_sum";
            ALTER TABLE "rollups" RENAME COLUMN "humidity_integral" TO "humidity_sum";
            """ + BuildAgain);
    }
}
