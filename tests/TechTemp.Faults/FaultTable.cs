using System.Diagnostics;
using System.Globalization;
using TechTemp.Faults.Rows;
using Xunit.Sdk;

namespace TechTemp.Faults;

/// <summary>Every fault, and the run of them one after the other: a row for each, printed when it is over.</summary>
internal static class FaultTable
{
    private const int NameWidth = 24;

    // What xunit puts before the reason.
    private const string SkipMark = "$XunitDynamicSkip$";

    /// <summary>The rows, in the order of the run.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        new("ingest-killed", Stores.Both, "ingest is killed with -9 at random moments under load: 0 lost, 0 doubled", IngestKilled.RunAsync),
        new("ingest-away", Stores.Both, "readings queue while ingest is away: 0 lost, at most 250 MB while draining", IngestAway.RunAsync),
        new("broker-restarted", Stores.Both, "the broker is stopped and started: 0 lost, reconnected in 5 s, no subscription lost", BrokerRestarted.RunAsync),
        new("broker-killed", Stores.Both, "the broker is killed with -9: 0 lost of devices that send seq; of others only what the broker had acknowledged after its last save, as the autosave interval allows", BrokerKilled.RunAsync),
        new("connection-bad", Stores.Both, "the connection of ingest and broker is cut, stalled, delayed, throttled: 0 lost, none twice", ConnectionBad.RunAsync),
        new("store-full", Stores.Sqlite, "the disk is full: /health names the store in 5 s, 0 lost, recovers by itself", StoreTrouble.DiskFullAsync),
        new("store-read-only", Stores.Sqlite, "the store's files take no writes: the same", StoreTrouble.ReadOnlyAsync),
        new("store-locked", Stores.Sqlite, "another process holds the write lock: the same", StoreTrouble.LockedAsync),
        new("store-moved", Stores.Sqlite, "the store's files are moved away and put back: the same", StoreTrouble.MovedAsync),
        new("store-write-error", Stores.Sqlite, "the disk fails to write: the same", StoreTrouble.WriteErrorAsync),
        new("standalone-killed", Stores.Sqlite, "Standalone is killed with -9 under load: 0 of what it acknowledged lost", StandaloneKilled.RunAsync),
        new("killed-migrating", Stores.Sqlite, "ingest is killed with -9 while it makes the schema: the store opens again, integrity_check ok", KilledAtWork.MigratingAsync),
        new("killed-retaining", Stores.Both, "ingest is killed with -9 while it drops what is too old: the same", KilledAtWork.RetainingAsync),
        new("backed-up", Stores.Sqlite, "backups while 5,000 readings/s arrive, then a restore: consistent, no stall over 1 s", BackedUp.RunAsync),
        new("clocks", Stores.Both, "times a year back, 25 h ahead, on a leap day, in the nights when clocks change: stored or rejected by the rules, latest never wrong", Clocks.RunAsync),
        new("clock-behind", Stores.Both, "the server's clock is years behind and is then set, while devices publish and ingest is killed with -9: 0 lost, none twice, no stall over 1 s", ClockBehind.RunAsync),
        new("two-ingests", Stores.Both, "a second ingest on the same store: the older one leaves and names it, no ping-pong, 0 lost", TwoIngests.RunAsync),
        new("session-attacked", Stores.Both, "a sensor's account connects with ingest's client id: its session stays as it is, ingest stays, 0 lost", SessionAttacked.RunAsync),
        new("client-id-changed", Stores.Both, "the client id of ingest changes, and it is killed with -9 while it fetches the former session: 0 lost, every former session ends", ClientIdChanged.RunAsync),
        new("held-flooded", Stores.Both, "readings of unknown devices are held while far more junk is refused than is kept: 0 held readings lost when the devices are provisioned", HeldFlooded.RunAsync),
        new("held-replayed", Stores.Both, "a device with many held readings is provisioned while others publish, and the API is killed with -9: 0 lost, none twice, no stall over 1 s", HeldReplayed.RunAsync),
        new("readings-removed", Stores.Both, "a device with very many readings is deleted while others publish: no stall over 1 s, 0 lost", ReadingsRemoved.RunAsync),
        new("downloads-slow", Stores.Both, "20 clients download a long history at 600 bytes/s: the log stays below 64 MB, no stall over 1 s, 0 lost", SlowDownloads.RunAsync),
        new("store-sealed", Stores.Both, "a store of the version before, with many readings, is migrated and sealed while others publish, and ingest is killed with -9: 0 lost, none twice, no stall over 1 s", StoreSealed.RunAsync),
        new("poison-ingest", Stores.Both, "payloads and topics that no careful device sends: 0 crashes, each counted once as stored or rejected", PoisonSent.ToIngestAsync),
        new("poison-standalone", Stores.Sqlite, "the same to Standalone", PoisonSent.ToStandaloneAsync),
        new("postgres-restarted", Stores.Postgres, "PostgreSQL is stopped and started under load, while days are sealed: 0 lost, 0 doubled, ingest goes on by itself", ServerTrouble.RestartedAsync),
        new("postgres-killed", Stores.Postgres, "all of PostgreSQL is killed with -9 under load, while days are sealed: the same, indexes and tables as they should be", ServerTrouble.KilledAsync),
        new("commit-cut", Stores.Postgres, "the connection of ingest and PostgreSQL is cut in COMMITs, before and after the server has it: the same", CommitCut.RunAsync),
        new("database-full", Stores.Postgres, "PostgreSQL's disk is full: /health names the store in 5 s, 0 lost, ingest recovers by itself", StoreTrouble.DatabaseFullAsync),
        new("standby-promoted", Stores.Postgres, "the primary is killed with -9 and its synchronous standby promoted: 0 lost, 0 doubled, ingest finds the new primary by itself", StandbyPromoted.RunAsync),
        new("migration-raced", Stores.Postgres, "three ingests with different client ids start at once on an empty database, one is killed with -9: one schema, one of them stays, 0 lost", MigrationRaced.RunAsync),
        new("worker-killed", Stores.Postgres, "one of three workers is killed with -9 under load, the first one included, while homes appear: 0 lost, 0 doubled, no state older than the one before, all come back", WorkerKilled.RunAsync),
        new("workers-broker-restarted", Stores.Postgres, "the broker is stopped and started under three workers: the same, reconnected in 5 s, no subscription lost", WorkersBroker.RestartedAsync),
        new("workers-broker-killed", Stores.Postgres, "the broker is killed with -9 under three workers, one of them away now and then: 0 lost of devices that send seq; of others only what the broker had acknowledged after its last save, as the autosave interval allows", WorkersBroker.KilledAsync),
        new("workers-scaled", Stores.Postgres, "from three workers to one and back under load, by retiring them, while homes appear: 0 lost, 0 doubled, no state older than the one before, the homes divided each time", WorkersScaled.RunAsync),
    ];

    /// <summary>Prints the names.</summary>
    public static Task<int> ListAsync()
    {
        foreach (var fault in All)
        {
            Console.WriteLine($"{fault.Name.PadRight(NameWidth)} {fault.Where,-8} {fault.Promise}");
        }

        return Task.FromResult(0);
    }

    /// <summary>Runs the rows that are asked for.</summary>
    /// <returns>The exit code: 0 when no promise was broken.</returns>
    public static async Task<int> RunAsync(FaultOptions options, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("techtemp-faults-").FullName;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{(options.Full ? "Full" : "Short")} form on {(options.Store == Stores.Postgres ? "PostgreSQL" : "SQLite")}, seed {options.Seed}, {options.Only.Count} faults, {Environment.ProcessorCount} processors"));
        Console.WriteLine();
        Print("fault", "result", "seconds", "done and counted");
        Print(new('-', NameWidth), "-------", "-------", "----------------");
        int passed = 0, failed = 0, skipped = 0;
        var start = Stopwatch.GetTimestamp();
        var server = options.Store == Stores.Postgres ? new FaultServer(folder) : null;
        foreach (var fault in options.Only)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (await RunAsync(fault, options, Directory.CreateDirectory(Path.Combine(folder, fault.Name)).FullName, server))
            {
                case Outcome.Kept: passed++; break;
                case Outcome.Broken: failed++; break;
                case Outcome.Skipped: skipped++; break;
            }
        }

        await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        if (failed == 0)
        {
            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{passed} passed, {failed} failed, {skipped} skipped"));
        return failed == 0 ? 0 : 1;
    }

    private static async Task<Outcome> RunAsync(Fault fault, FaultOptions options, string folder, FaultServer? server)
    {
        ChildProcess.LogFolder = folder;
        var run = new FaultRun(fault, options, folder, server);
        Exception? exception = null;
        try
        {
            await fault.RunAsync(run);
        }
        catch (SkipException e)
        {
            PrintRow("skipped", e.Message.Replace(SkipMark, "", StringComparison.Ordinal));
            Directory.Delete(folder, recursive: true);
            return Outcome.Skipped;
        }
        // Whatever it is, it is this row's failure; the others go on.
        catch (Exception e)
        {
            exception = e;
        }

        if (exception is null && run.Broken.Count == 0)
        {
            PrintRow("kept", run.Done);
            Directory.Delete(folder, recursive: true);
            return Outcome.Kept;
        }

        PrintRow("BROKEN", run.Done);
        foreach (var broken in run.Broken)
        {
            Detail(broken);
        }

        if (exception is not null)
        {
            Detail(exception.ToString());
        }

        Detail($"The promise: {fault.Promise}. Logs and store: {folder}");
        return Outcome.Broken;

        void PrintRow(string result, string text) => Print(fault.Name, result, run.Elapsed.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture), text);
    }

    private static void Print(string name, string result, string seconds, string text) =>
        Console.WriteLine($"{name.PadRight(NameWidth)} {result,-7} {seconds,7}  {text}");

    private static void Detail(string text) => Console.WriteLine("    " + text.ReplaceLineEndings("\n    "));

    private enum Outcome
    {
        Kept,
        Broken,
        Skipped,
    }
}
