using System.Diagnostics;
using System.Globalization;
using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>A second ingest is started on the store of the first.</summary>
internal static class TwoIngests
{
    private const int Devices = 4;
    private static readonly PublisherPace s_pace = new(PerSecond: 200);
    private static readonly TimeSpan s_steady = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(FaultRun run)
    {
        var takeovers = run.Pick(full: 20, brief: 1);
        await using var site = await Site.StartAsync(run);
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
        var slowest = TimeSpan.Zero;
        for (var takeover = 0; takeover < takeovers; takeover++)
        {
            await using var older = site.ReleaseIngest();
            await site.LaunchIngestAsync();
            var start = Stopwatch.GetTimestamp();
            var code = await older.ExitAsync();
            var taken = Stopwatch.GetElapsedTime(start);
            slowest = taken > slowest ? taken : slowest;
            run.Promise(code != 0, $"The older ingest left with code {code}.");
            run.Promise(
                older.Error.Contains($"process {site.Ingest.Id.ToString(CultureInfo.InvariantCulture)} on machine", StringComparison.Ordinal),
                $"The older ingest left without naming the newer one: {older.Error}");

            await site.Ingest.HealthAsync(health => health.Status == 200, "healthy");
            var connections = site.Ingest.Output.Split("Connected to ").Length - 1;
            await Task.Delay(s_steady);
            run.Promise(
                !site.Ingest.HasExited && site.Ingest.Output.Split("Connected to ").Length - 1 == connections,
                $"The newer ingest did not keep its connection after the older one had left.");
        }

        await fleet.StopAsync();
        await site.SettleAsync(fleet.Books);

        run.Note($"{takeovers} times, the older one left after {slowest.TotalSeconds:F1} s at most, the newer one stayed");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
    }
}
