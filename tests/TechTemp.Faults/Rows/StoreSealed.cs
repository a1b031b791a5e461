using System.Diagnostics;
using TechTemp.Faults.Books;
using TechTemp.Faults.Machine;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>A store of the version before, which PostgreSQL has none of, is migrated and sealed while others publish, and ingest is killed with -9 at random moments.</summary>
internal static class StoreSealed
{
    private const int Others = 4;
    private const int Devices = 20;
    private const int Step = 300_000;
    private static readonly PublisherPace s_pace = new(PerSecond: 250);
    private static readonly TimeSpan s_longestStall = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(FaultRun run)
    {
        var readings = run.Pick(full: 2_000_000, brief: 60_000) / Devices;
        var kills = run.Pick(full: 20, brief: 3);
        await using var site = await Site.StartAsync(run, ("Store__SealInterval", "00:00:01"));
        await site.KillIngestAsync();
        if (site.Store is StoreFile)
        {
            VersionBefore.Make(site.File);
        }

        LongHistory.Insert(site.Store, readings, Devices, Step);
        var before = site.Store is StoreFile ? new FileInfo(site.File.Path).Length : 0;

        await using var fleet = Fleet.Start(site.Broker.Port, Others, s_pace);
        for (var kill = 0; kill < kills; kill++)
        {
            await site.LaunchIngestAsync();
            // From the migration on; one that is older each time has sealed more.
            await Task.Delay(run.Moment(TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(4_000)));
            await site.KillIngestAsync();
        }

        await site.StartIngestAsync();
        await Eventually.TrueAsync(() => site.Store.SumOfNewest(fleet.Books) > 0, "the others are stored");
        using var enough = new CancellationTokenSource();
        var watching = Stall.LongestAsync(() => site.Store.SumOfNewest(fleet.Books), enough.Token);
        var start = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(() => LongHistory.CountDaysOfRows(site.Store) == Devices, "all but the last day of each device is sealed", s_deadline);
        var took = Stopwatch.GetElapsedTime(start);
        await enough.CancelAsync();
        var stall = await watching;

        await fleet.StopAsync();
        await Site.SettleAsync(site.Store, fleet.Books.Sum(b => b.Acknowledged) + (readings * Devices));
        run.Note($"{readings * Devices:N0} readings, {kills} kills, the rest sealed in {took.TotalSeconds:F0} s, longest stall of the others {stall.TotalMilliseconds:F0} ms");
        run.Promise(stall <= s_longestStall, $"Nothing of the others was stored for {stall.TotalMilliseconds:F0} ms.");
        var differences = LongHistory.Differences(site.Store, readings, Devices, Step);
        run.Promise(differences.Count == 0, $"{differences.Count} differences of the history, for example: {string.Join("; ", differences.Take(5))}");
        run.Promise(site.Store.CheckIntegrity() == "ok", $"After the sealing: {site.Store.CheckIntegrity()}");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
        if (site.Store is StoreFile)
        {
            await ShrinkAsync(run, site, before);
        }
    }

    // What was rows is given back to the file system.
    private static async Task ShrinkAsync(FaultRun run, Site site, long before)
    {
        await site.Ingest.StopAsync(TimeSpan.FromSeconds(15));
        await site.StartIngestAsync();
        await Eventually.TrueAsync(() => site.Store.Query("PRAGMA freelist_count;", row => row.GetInt64(0)).Single() == 0, "free pages are given back", s_deadline);
        await site.Ingest.StopAsync(TimeSpan.FromSeconds(15));
        site.Store.Execute("PRAGMA wal_checkpoint(TRUNCATE);");
        run.Note($"the file went from {before / 1e6:F1} to {new FileInfo(site.File.Path).Length / 1e6:F1} MB with the others' readings");
    }
}
