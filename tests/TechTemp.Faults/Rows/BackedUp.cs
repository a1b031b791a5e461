using System.Diagnostics;
using TechTemp.Faults.Books;
using TechTemp.Faults.Machine;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>Backups while many readings arrive, and a restore of the last one while they still do.</summary>
internal static class BackedUp
{
    private const int Devices = 10;
    private const string Ok = "ok";
    private static readonly PublisherPace s_pace = new(PerSecond: 500);
    private static readonly TimeSpan s_longestStall = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(FaultRun run)
    {
        var backups = run.Pick(full: 10, brief: 2);
        var between = TimeSpan.FromSeconds(run.Pick(full: 10, brief: 1));
        await using var site = await Site.StartAsync(run);
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
        var start = Stopwatch.GetTimestamp();
        using var enough = new CancellationTokenSource();
        var watching = Stall.LongestAsync(() => site.Store.SumOfNewest(fleet.Books), enough.Token);

        string backup = "";
        IReadOnlyList<int> storedBefore = [];
        for (var i = 0; i < backups; i++)
        {
            await Task.Delay(between);
            storedBefore = [.. fleet.Books.Select(book => StoredUpTo(site, book))];
            backup = Path.Combine(run.Folder, $"backup-{i}.db");
            await VerbAsync(site, "backup", backup);
            var copy = new StoreFile(backup);
            run.Promise(copy.CheckIntegrity() == Ok, $"Backup {i}: {copy.CheckIntegrity()}");
            JudgeBackup(run, fleet.Books, storedBefore, copy);
        }

        await enough.CancelAsync();
        var stall = await watching;
        var perSecond = fleet.Acknowledged / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await fleet.StopAsync();
        await site.SettleAsync(fleet.Books);
        Comparison.Of(fleet.Books, site.Store).Judge(run);

        // Ingest goes on with what it is given back.
        await VerbAsync(site, "restore", backup, "--yes");
        var restored = new StoreFile(backup).CountReadings();
        run.Promise(site.Store.CheckIntegrity() == Ok, $"After the restore: {site.Store.CheckIntegrity()}");
        run.Promise(site.Store.CountReadings() == restored, $"{site.Store.CountReadings()} readings after the restore instead of {restored}.");
        await using var later = Fleet.Start(site.Broker.Port, Devices, s_pace with { Limit = 500 }, first: 1_001);
        await later.CompleteAsync(TimeSpan.FromMinutes(1));
        await Site.SettleAsync(site.Store, restored + later.Acknowledged);
        run.Promise(site.Store.CountReadings() == restored + later.Acknowledged, $"Ingest did not go on after the restore: {site.Store.CountReadings()} readings.");

        run.Note($"{backups} backups at {perSecond:F0} readings/s, longest stall {stall.TotalMilliseconds:F0} ms; {restored:N0} restored, and {later.Acknowledged:N0} stored after it");
        run.Promise(stall <= s_longestStall, $"Nothing was stored for {stall.TotalMilliseconds:F0} ms.");
    }

    /// <summary>The highest counter of a device that is stored: a backup that begins later has it, and everything below it.</summary>
    private static int StoredUpTo(Site site, Book book) =>
        site.Store.Query($"SELECT coalesce(max(ts), 0) FROM readings WHERE device_id = (SELECT id FROM devices WHERE uid = '{Sample.UidOf(book.Device)}');", row => row.GetInt64(0)).Single() is > 0 and var ts
            ? (int)Sample.FromKey(Sample.UidOf(book.Device), ts)!.Value.Counter
            : 0;

    private static void JudgeBackup(FaultRun run, IEnumerable<Book> books, IReadOnlyList<int> storedBefore, StoreFile backup)
    {
        var found = backup.Readings().Select(r => Sample.FromKey(r.Uid, r.Ts)!.Value).ToHashSet();
        var missing = books.Zip(storedBefore).SelectMany(pair => Enumerable.Range(1, pair.Second).Select(counter => new Sample(pair.First.Device, counter))).Count(sample => !found.Contains(sample));
        run.Promise(missing == 0, $"{missing} readings are not in {backup.Path} that were stored before it was made.");
    }

    private static async Task VerbAsync(Site site, string verb, params string[] arguments)
    {
        await using var process = HostProcess.Start("TechTemp.Ingest", site.Settings, [verb, .. arguments]);
        if (await process.ExitAsync() != 0)
        {
            throw new InvalidOperationException($"{verb} failed: {process.Error}");
        }
    }
}
