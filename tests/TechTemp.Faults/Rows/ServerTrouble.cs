using System.Diagnostics;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>PostgreSQL goes away under load and comes back, again and again; now and then ingest is killed meanwhile, and starts without its store.</summary>
internal static class ServerTrouble
{
    private const int Devices = 8;
    private static readonly PublisherPace s_pace = new(PerSecond: 150);
    private static readonly TimeSpan s_longestRun = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestAway = TimeSpan.FromSeconds(2);

    public static Task RestartedAsync(FaultRun run) => RunAsync(run, run.Pick(full: 20, brief: 2), server => server.StopAsync());

    public static Task KilledAsync(FaultRun run) => RunAsync(run, run.Pick(full: 30, brief: 2), server => server.KillAsync());

    private static async Task RunAsync(FaultRun run, int times, Func<PostgresProcess, Task> end)
    {
        await using var site = await Site.StartAsync(run, SealedHistory.Setting);
        var server = site.Server!;
        var history = new SealedHistory(run, site);
        history.Insert();
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
        var (slowest, kills) = (TimeSpan.Zero, 0);
        for (var time = 0; time < times; time++)
        {
            await site.StoresAsync(fleet);
            await Task.Delay(run.Moment(TimeSpan.Zero, s_longestRun));
            await end(server);
            if (run.Random.Next(3) == 0)
            {
                await site.KillIngestAsync();
                await site.LaunchIngestAsync();
                kills++;
            }

            await Task.Delay(run.Moment(TimeSpan.Zero, s_longestAway));
            await server.StartAgainAsync();
            var start = Stopwatch.GetTimestamp();
            await site.Ingest.HealthAsync(health => health.Status == 200, "healthy", TimeSpan.FromMinutes(1));
            var taken = Stopwatch.GetElapsedTime(start);
            slowest = taken > slowest ? taken : slowest;
        }

        await site.StoresAsync(fleet);
        run.Note($"{times} times, ingest healthy again after {slowest.TotalSeconds:F1} s at most, killed {kills} times meanwhile");
        await history.JudgeAsync(fleet);
    }
}
