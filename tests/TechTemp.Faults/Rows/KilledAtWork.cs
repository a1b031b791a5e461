using System.Globalization;
using TechTemp.Faults.Books;

namespace TechTemp.Faults.Rows;

/// <summary>kill -9 of ingest while it does more to its store than storing.</summary>
internal static class KilledAtWork
{
    private const string Ok = "ok";

    // The most that the file has before it has tables.
    private const int EmptyBytes = 2 * 4096;

    public static async Task MigratingAsync(FaultRun run)
    {
        var kills = run.Pick(full: 60, brief: 6);
        var before = 0;
        await using var site = await Site.CreateAsync(run);
        var folder = Path.GetDirectoryName(site.File.Path)!;
        for (var kill = 0; kill < kills; kill++)
        {
            Directory.CreateDirectory(folder);
            await site.LaunchIngestAsync();
            // Half at any time from the first thing that is done to the file, half in the milliseconds in which the schema is written.
            await PolledAsync(() => File.Exists(site.File.Path));
            await (kill % 2 == 0 ? Task.Delay(run.Moment(TimeSpan.Zero, TimeSpan.FromMilliseconds(1_500))) : PolledAsync(() => LogBytes(site.File) > 0 || new FileInfo(site.File.Path).Length > EmptyBytes));
            await site.KillIngestAsync();
            before += HasSchema(run, folder) ? 0 : 1;

            await site.StartIngestAsync();
            await site.KillIngestAsync();
            run.Promise(site.Store.CheckIntegrity() == Ok && site.Store.CountReadings() == 0, $"After kill {kill + 1}: {site.Store.CheckIntegrity()}");
            Directory.Delete(folder, recursive: true);
        }

        run.Note($"{kills} kills, {before} of them before the schema was there; opened again each time, integrity_check ok");
    }

    public static async Task RetainingAsync(FaultRun run)
    {
        var kills = run.Pick(full: 30, brief: 4);
        var messages = run.Pick(full: 300_000, brief: 100_000);
        const int Kept = 1_000;
        await using var site = await Site.StartAsync(run);
        // What is too old is so by the newest reading: a clock alone does not prove it.
        var now = TimeProvider.System.GetUtcNow();
        site.Store.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"INSERT INTO devices (uid, label, provisioned, created_at, last_seen_at, measures) VALUES ('d', 'd', false, {now.ToUnixTimeMilliseconds()}, {now.ToUnixTimeMilliseconds()}, 0);"));
        var inTheMiddle = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            await site.KillIngestAsync();
            site.Store.Execute("DELETE FROM rejected_messages;");
            AddRejected(site.Store, messages, now.AddDays(-40));
            AddRejected(site.Store, Kept, now.AddDays(-1));

            await site.LaunchIngestAsync();
            // It starts with it; its first transaction shows as the log that grows, or in what is left.
            await (site.Store is StoreFile file
                ? PolledAsync(() => LogBytes(file) > 0)
                : Eventually.TrueAsync(() => site.Store.CountRejected() < messages + Kept, "it begins to drop", TimeSpan.FromMinutes(1)));
            await Task.Delay(run.Moment(TimeSpan.Zero, TimeSpan.FromMilliseconds(200)));
            await site.KillIngestAsync();
            var left = site.Store.CountRejected();
            inTheMiddle += left > Kept ? 1 : 0;
            run.Promise(site.Store.CheckIntegrity() == Ok, $"After kill {kill + 1}: {site.Store.CheckIntegrity()}");

            await site.StartIngestAsync();
            await Eventually.ResultAsync(() => Task.FromResult(site.Store.CountRejected()), count => count == Kept, "what is too old is dropped, and nothing else");
        }

        run.Note($"{kills} kills, {inTheMiddle} of them before it was done; opened again each time, its integrity ok, then dropped {messages:N0} and kept {Kept:N0}");
    }

    private static void AddRejected(Store store, int count, DateTimeOffset receivedAt) => store.Execute(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
        INSERT INTO rejected_messages (received_at, topic, device_uid, is_held, payload, payload_size, reason, detail)
        SELECT {receivedAt.ToUnixTimeMilliseconds()}, 'home/h/sensors/d/reading', 'd', false, {store.SomeBytes}, 100, 'invalid-json', 'payload must be one JSON object' FROM n;
        """));

    private static long LogBytes(StoreFile store) => new FileInfo(store.Path + "-wal") is { Exists: true } log ? log.Length : 0;

    // In a copy: ingest itself must be the first to open what was left.
    private static bool HasSchema(FaultRun run, string folder)
    {
        var copy = Directory.CreateDirectory(Path.Combine(run.Folder, "copy")).FullName;
        foreach (var file in Directory.GetFiles(folder).Where(f => !f.EndsWith("-shm", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        var tables = new StoreFile(Path.Combine(copy, "techtemp.db")).Query("SELECT count(*) FROM sqlite_schema;", row => row.GetInt32(0)).Single();
        Directory.Delete(copy, recursive: true);
        return tables > 0;
    }

    // Not Eventually: any interval is longer than what is to be hit.
    private static async Task PolledAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
