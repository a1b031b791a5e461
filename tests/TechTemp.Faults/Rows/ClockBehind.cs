using TechTemp.Faults.Books;
using TechTemp.Faults.Machine;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>The server's clock is years behind, as on a machine that keeps no time without power, and is set while devices publish; ingest is killed with -9 before and after.</summary>
internal static class ClockBehind
{
    private const int Devices = 4;
    private static readonly DateTimeOffset s_wrong = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PublisherPace s_pace = new(PerSecond: 200);
    private static readonly TimeSpan s_longestStall = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(FaultRun run)
    {
        using var clock = FakeClock.Create(run);
        var readings = run.Pick(full: 25_000, brief: 1_500);
        var kills = run.Pick(full: 5, brief: 1);
        clock.Set(s_wrong);
        await using var site = await Site.StartAsync(run, [("Retention__HeldPerDevice", "1000000"), .. clock.Settings]);
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
        for (var kill = 0; kill < kills; kill++)
        {
            var before = site.Store.CountHeld();
            await Eventually.TrueAsync(() => site.Store.CountHeld() > before, "readings are held");
            await site.KillIngestAsync();
            await site.StartIngestAsync();
        }

        await Eventually.TrueAsync(() => site.Store.CountHeld() >= readings * Devices, $"{readings * Devices} are held", s_deadline);
        run.Promise(site.Store.CountReadings() == 0, $"{site.Store.CountReadings()} were stored by a clock that is behind.");
        await site.Ingest.HealthAsync(health => health.Status == 200 && health.Body.Contains("\"clock\"", StringComparison.Ordinal), "degraded with clock");

        using var enough = new CancellationTokenSource();
        clock.Set(null);
        await Eventually.TrueAsync(() => site.Store.CountReadings() > 0, "the clock is right for ingest");
        // What comes now and what was held are both of these devices: a stall is one of neither.
        var watching = Stall.LongestAsync(() => site.Store.CountReadings(), enough.Token);
        await Eventually.TrueAsync(() => site.Store.CountHeld() < readings * Devices, "held readings are stored");
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(run.Moment(TimeSpan.Zero, TimeSpan.FromMilliseconds(500)));
            await enough.CancelAsync();
            await site.KillIngestAsync();
            await site.StartIngestAsync();
        }

        await enough.CancelAsync();
        var stall = await watching;
        await Eventually.TrueAsync(() => site.Store.CountHeld() == 0, "nothing is held any more", s_deadline);
        await fleet.StopAsync();
        await site.SettleAsync(fleet.Books);
        run.Note($"{readings * Devices:N0} held for a clock that was years behind, then stored; {2 * kills} kills, longest stall {stall.TotalMilliseconds:F0} ms");
        run.Promise(stall <= s_longestStall, $"Nothing was stored for {stall.TotalMilliseconds:F0} ms.");
        run.Promise(site.Store.CountRejected() == 0, $"{site.Store.CountRejected()} are rejected.");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
    }
}
