using System.Diagnostics;
using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>Readings queue while ingest is away, and are drained when it is back.</summary>
internal static class IngestAway
{
    private const int Devices = 10;
    private const double MegaByte = 1_000_000;
    private const int MostMegaBytes = 250;

    public static async Task RunAsync(FaultRun run)
    {
        var readings = run.Pick(full: 300_000, brief: 30_000);
        await using var site = await Site.StartAsync(run);
        run.Promise(await site.Ingest.StopAsync() == 0, $"Ingest did not stop well: {site.Ingest.Error}");

        await using var fleet = Fleet.Start(site.Broker.Port, Devices, new(Limit: readings / Devices));
        await fleet.CompleteAsync(TimeSpan.FromMinutes(5));
        var start = Stopwatch.GetTimestamp();
        await site.StartIngestAsync();
        await site.SettleAsync(fleet.Books);
        var drained = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var peak = site.Ingest.PeakMemory / MegaByte;

        run.Note($"{readings:N0} queued, drained {drained:F1} s after ingest's start, peak {peak:F0} MB");
        run.Promise(peak <= MostMegaBytes, $"Ingest had {peak:F0} MB, more than {MostMegaBytes}.");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
    }
}
