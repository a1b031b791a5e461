using System.Diagnostics;
using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>The primary is killed with -9 under load and its synchronous standby is promoted, back and forth. Ingest has the addresses of both.</summary>
internal static class StandbyPromoted
{
    private const int Devices = 8;
    private static readonly PublisherPace s_pace = new(PerSecond: 150);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(FaultRun run)
    {
        var failovers = run.Pick(full: 8, brief: 1);
        await using var first = await PostgresProcess.StartAsync();
        await using var second = await PostgresProcess.CreateAsync();
        await using var site = await Site.CreateOnAsync(run, [first, second], SealedHistory.Setting);
        await FollowAsync(second, first);
        await site.StartIngestAsync();
        var history = new SealedHistory(run, site);
        history.Insert();
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
        var (primary, standby) = (first, second);
        var slowest = TimeSpan.Zero;
        for (var failover = 0; failover < failovers; failover++)
        {
            if (failover > 0)
            {
                await FollowAsync(standby, primary);
            }

            await site.StoresAsync(fleet);
            await Task.Delay(run.Moment(TimeSpan.Zero, s_longest));
            await primary.KillAsync();
            await Task.Delay(run.Moment(TimeSpan.Zero, s_longest));
            await standby.PromoteAsync();
            (primary, standby) = (standby, primary);
            var start = Stopwatch.GetTimestamp();
            await site.Ingest.HealthAsync(health => health.Status == 200, "healthy", TimeSpan.FromMinutes(1));
            var taken = Stopwatch.GetElapsedTime(start);
            slowest = taken > slowest ? taken : slowest;
            await site.StoresAsync(fleet);
        }

        run.Note($"{failovers} failovers, ingest healthy {slowest.TotalSeconds:F1} s after the promotion at most");
        await history.JudgeAsync(fleet);
    }

    /// <summary>Makes a standby of the primary, of which it then waits for each commit.</summary>
    private static async Task FollowAsync(PostgresProcess standby, PostgresProcess primary)
    {
        await standby.FollowAsync(primary);
        using var server = new StoreDatabase(primary.ConnectionString);
        // Not before the copy was made: the standby would have it too, and wait for one of its own when it is promoted.
        server.Execute("ALTER SYSTEM SET synchronous_standby_names = '*';");
        server.Execute("SELECT pg_reload_conf();");
        await Eventually.TrueAsync(
            () => server.Query("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync';", row => row.GetInt32(0)).Single() == 1, "the standby is synchronous");
    }
}
