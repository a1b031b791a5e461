namespace TechTemp.Faults.Books;

/// <summary>Turns an empty store into one of the version before: with rollups, without pages.</summary>
internal static class VersionBefore
{
    /// <summary>Does it, while nothing else uses the store.</summary>
    public static void Make(StoreFile store) => store.Execute(
        """
        DROP TABLE "device_work";
        DROP TABLE "ingest_division";
        DROP TABLE "ingest_homes";
        DROP TABLE "ingest_workers";
        DROP INDEX "IX_ingest_instance_worker";
        ALTER TABLE "ingest_instance" DROP COLUMN "worker";
        ALTER TABLE "broker_sessions" DROP COLUMN "worker";
        ALTER TABLE "readings" DROP COLUMN "more";
        ALTER TABLE "readings" ALTER COLUMN "temperature" SET NOT NULL;
        ALTER TABLE "readings" ALTER COLUMN "humidity" SET NOT NULL;
        ALTER TABLE "calibrations" DROP COLUMN "more";
        ALTER TABLE "devices" DROP COLUMN "measures";
        DROP TABLE "pages";
        CREATE TABLE "rollups" (
            "device_id" INTEGER NOT NULL CONSTRAINT "FK_rollups_devices_device_id" REFERENCES "devices" ("id") ON DELETE CASCADE,
            "tier" INTEGER NOT NULL,
            "bucket" INTEGER NOT NULL,
            "count" INTEGER NOT NULL,
            "temperature_sum" ANY NOT NULL,
            "temperature_min" ANY NOT NULL,
            "temperature_max" ANY NOT NULL,
            "humidity_sum" ANY NOT NULL,
            "humidity_min" ANY NOT NULL,
            "humidity_max" ANY NOT NULL,
            CONSTRAINT "PK_rollups" PRIMARY KEY ("device_id", "tier", "bucket")
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE "rollup_backlog" (
            "device_id" INTEGER NOT NULL CONSTRAINT "PK_rollup_backlog" PRIMARY KEY
                CONSTRAINT "FK_rollup_backlog_devices_device_id" REFERENCES "devices" ("id") ON DELETE CASCADE,
            "next_ts" INTEGER NOT NULL
        ) STRICT;
        ALTER TABLE "rollups" RENAME COLUMN "temperature_sum" TO "temperature_integral";
        ALTER TABLE "rollups" RENAME COLUMN "humidity_sum" TO "humidity_integral";
        ALTER TABLE "rollups" ADD COLUMN "seconds" INTEGER NOT NULL DEFAULT 0;
        DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" >= '20261126130000';
        """);
}
