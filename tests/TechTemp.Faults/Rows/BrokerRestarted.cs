using System.Diagnostics;
using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>The broker is stopped and started, again and again, under load.</summary>
internal static class BrokerRestarted
{
    private const int Devices = 8;
    private static readonly PublisherPace s_pace = new(PerSecond: 150);
    private static readonly TimeSpan s_reconnected = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestAway = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestRun = TimeSpan.FromSeconds(1.5);

    public static async Task RunAsync(FaultRun run)
    {
        var restarts = run.Pick(full: 50, brief: 6);
        await using var site = await Site.StartAsync(run);
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
        var slowest = TimeSpan.Zero;
        for (var restart = 1; restart <= restarts; restart++)
        {
            await Task.Delay(run.Moment(TimeSpan.Zero, s_longestRun));
            await site.Broker.StopAsync();
            await Task.Delay(run.Moment(TimeSpan.Zero, s_longestAway));
            await site.Broker.StartAsync();

            var start = Stopwatch.GetTimestamp();
            // Health alone may still be that of the old connection.
            await Eventually.TrueAsync(() => site.Ingest.HasExited || Connections(site) > restart, "ingest connects again");
            await site.Ingest.HealthAsync(health => health.Status == 200, "healthy");
            var taken = Stopwatch.GetElapsedTime(start);
            slowest = taken > slowest ? taken : slowest;
        }

        await fleet.StopAsync();
        await site.SettleAsync(fleet.Books);
        var subscriptions = Count(site.Ingest.Output, "session present: False");

        run.Note($"{restarts} restarts, reconnected after {slowest.TotalSeconds:F1} s at most, subscribed {subscriptions} time");
        run.Promise(slowest <= s_reconnected, $"Ingest took {slowest.TotalSeconds:F1} s to connect again, more than {s_reconnected.TotalSeconds}.");
        run.Promise(subscriptions == 1, $"The broker had lost ingest's session {subscriptions - 1} times.");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
    }

    private static int Connections(Site site) => Count(site.Ingest.Output, "Connected to ");

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
