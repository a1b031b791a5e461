using System.Diagnostics;
using TechTemp.Faults.Books;
using TechTemp.Faults.Machine;
using TechTemp.Faults.Publishers;
using Xunit;

namespace TechTemp.Faults.Rows;

/// <summary>
/// The store fails under load, twice: the first time ingest must recover by itself, and is killed when it has; the second
/// time it is killed in the middle. Nothing that it holds in memory can make up for what it has acknowledged.
/// </summary>
internal static class StoreTrouble
{
    private const int Devices = 8;
    private const int MostMegaBytes = 250;
    private static readonly PublisherPace s_pace = new(PerSecond: 150);
    private static readonly TimeSpan s_noticed = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public static async Task DiskFullAsync(FaultRun run)
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 48);
        await RunAsync(run, _ => Run(disk.Fill), _ => Run(disk.Free), store: disk.File("techtemp.db"));
    }

    public static async Task WriteErrorAsync(FaultRun run)
    {
        await using var disk = await FailingDisk.MountAsync(megabytes: 64);
        await RunAsync(run, _ => Run(disk.Break), _ => Run(disk.Mend), disk.ReplugAsync, disk.File("techtemp.db"));
    }

    /// <summary>
    /// Immutable files: even one that is open already takes no more writes. Not the -shm file, which SQLite writes through a
    /// mapping: a write to that would be a signal that ends the process, of which no program could say anything.
    /// </summary>
    public static async Task ReadOnlyAsync(FaultRun run)
    {
        var scratch = Path.Combine(run.Folder, "scratch");
        await File.WriteAllTextAsync(scratch, "");
        Assert.SkipUnless(await Command.TryAsync("chattr", "+i", scratch), "files cannot be made immutable here; that takes root and a file system that has it");
        await Command.RunAsync("chattr", "-i", scratch);
        var store = Path.Combine(run.Folder, "store", "techtemp.db");
        try
        {
            await RunAsync(run, _ => ChangeAsync("+i", store), _ => ChangeAsync("-i", store));
        }
        finally
        {
            await ChangeAsync("-i", store);
        }

        static Task ChangeAsync(string attribute, string store) =>
            Command.RunAsync("chattr", [attribute, .. new[] { store, store + "-wal" }.Where(File.Exists)]);
    }

    public static async Task LockedAsync(FaultRun run)
    {
        Microsoft.Data.Sqlite.SqliteConnection? other = null;
        try
        {
            await RunAsync(
                run,
                site => Run(() =>
                {
                    other = site.File.Open();
                    other.BeginTransaction(deferred: false);
                }),
                _ => Run(() => other!.Dispose()));
        }
        finally
        {
            other?.Dispose();
        }
    }

    public static Task MovedAsync(FaultRun run)
    {
        var away = Directory.CreateDirectory(Path.Combine(run.Folder, "away")).FullName;
        // The file itself goes first and comes last: who finds it finds its log beside it.
        return RunAsync(
            run,
            site => Run(() => Move(Path.GetDirectoryName(site.File.Path)!, away, "", "-wal", "-shm")),
            site => Run(() => Move(away, Path.GetDirectoryName(site.File.Path)!, "-shm", "-wal", "")));
    }

    /// <summary>The whole data folder of a PostgreSQL, log included, is on the disk. Where that ends the server, it is started again when there is room.</summary>
    public static async Task DatabaseFullAsync(FaultRun run)
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 256);
        await using var server = await PostgresProcess.StartAsync(disk.File("data"), "min_wal_size=32MB", "max_wal_size=64MB");
        await using var site = await Site.CreateOnAsync(run, [server]);
        await RunAsync(
            run,
            site,
            _ => Run(disk.Fill),
            async _ =>
            {
                disk.Free();
                if (!server.IsRunning)
                {
                    run.Note($"PostgreSQL had left");
                    await server.StartAgainAsync();
                }
            });
    }

    private static async Task RunAsync(FaultRun run, Func<Site, Task> harm, Func<Site, Task> mend, Func<Task>? powerCut = null, string? store = null)
    {
        await using var site = await Site.CreateAsync(run, store is null ? [] : [("DB_PATH", store)]);
        await RunAsync(run, site, harm, mend, powerCut);
    }

    private static async Task RunAsync(FaultRun run, Site site, Func<Site, Task> harm, Func<Site, Task> mend, Func<Task>? powerCut = null)
    {
        var duration = TimeSpan.FromSeconds(run.Pick(full: 30, brief: 6));
        await site.StartIngestAsync();
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
        await StoredAsync(site);

        var start = Stopwatch.GetTimestamp();
        await harm(site);
        var noticed = await HealthAsync(site, health => health.Status == 503 && health.Body.Contains("\"store\"", StringComparison.Ordinal));
        await WaitUntilAsync(start, duration);
        run.Promise(!site.Ingest.HasExited, $"Ingest has left with code {(site.Ingest.HasExited ? await site.Ingest.ExitAsync() : 0)}: {site.Ingest.Error}");
        var mending = Stopwatch.GetTimestamp();
        await mend(site);
        var recovered = await HealthAsync(site, health => health.Status == 200);
        var mended = Stopwatch.GetElapsedTime(mending);
        run.Promise(noticed is not null, $"/health did not name the store within {s_patience.TotalSeconds} s.");
        run.Promise(noticed is null || noticed <= s_noticed, $"/health named the store only after {noticed?.TotalSeconds:F2} s.");
        run.Promise(recovered is not null, $"Ingest did not recover within {s_patience.TotalSeconds} s.");
        run.Note($"{duration.TotalSeconds} s of it, noticed after {noticed?.TotalSeconds:F2} s, recovered {mended.TotalSeconds:F1} s after its end");
        if (!site.Ingest.HasExited)
        {
            var peak = site.Ingest.PeakMemory / 1_000_000;
            run.Note($"peak {peak} MB");
            run.Promise(peak <= MostMegaBytes, $"Ingest had {peak} MB, more than {MostMegaBytes}.");
            await StoredAsync(site);
            await site.KillIngestAsync();
        }

        await (powerCut?.Invoke() ?? Task.CompletedTask);
        await site.StartIngestAsync();

        start = Stopwatch.GetTimestamp();
        await harm(site);
        await WaitUntilAsync(start, run.Moment(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)));
        await site.KillIngestAsync();
        await mend(site);
        await site.StartIngestAsync();

        await fleet.StopAsync();
        await site.SettleAsync(fleet.Books);
        run.Note($"killed after it and in it{(powerCut is null ? "" : ", power cut after it")}");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
    }

    private static Task StoredAsync(Site site)
    {
        var before = site.Store.CountReadings();
        return Eventually.TrueAsync(() => site.Store.CountReadings() > before, "readings are stored");
    }

    /// <summary>How long it takes until the health is as it should be; null when it takes too long.</summary>
    private static async Task<TimeSpan?> HealthAsync(Site site, Func<Answer, bool> condition)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await site.Ingest.HealthAsync(condition, "as it should be", s_patience);
            return Stopwatch.GetElapsedTime(start);
        }
        // An assertion that failed, or an ingest that has left.
        catch (Exception)
        {
            return null;
        }
    }

    private static Task WaitUntilAsync(long start, TimeSpan duration)
    {
        var rest = duration - Stopwatch.GetElapsedTime(start);
        return rest > TimeSpan.Zero ? Task.Delay(rest) : Task.CompletedTask;
    }

    private static void Move(string from, string to, params IEnumerable<string> suffixes)
    {
        foreach (var name in suffixes.Select(suffix => "techtemp.db" + suffix).Where(name => File.Exists(Path.Combine(from, name))))
        {
            File.Move(Path.Combine(from, name), Path.Combine(to, name));
        }
    }

    private static Task Run(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
