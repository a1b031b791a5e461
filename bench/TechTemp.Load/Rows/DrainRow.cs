using System.Diagnostics;
using TechTemp.Load.Clients;

namespace TechTemp.Load.Rows;

/// <summary>A million readings that came while ingest was away: from its start until the last one is stored.</summary>
internal static class DrainRow
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);

    public static async Task MeasureAsync(LoadRun run)
    {
        var readings = run.Options.IsShort ? 16_000 : 1_000_000;
        var (rates, peaks) = (new List<double>(), new List<double>());
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            var (rate, peak) = await DrainAsync(readings);
            LoadRun.Tell($"drained {rate:N0}/s, at most {peak:F0} MB");
            rates.Add(rate);
            peaks.Add(peak);
        }

        var median = Table.Median(rates);
        run.Table.Add(
            $"drain of a backlog of {readings:N0}, none lost: rate / that of the burst",
            run.BurstRate is { } burst ? $"{median / burst:F2}" : "burst was not measured",
            $"{median:N0}/s from the start of ingest");
        run.Table.Add("most memory of ingest while it drains", $"{Table.Median(peaks):F0} MB");
    }

    private static async Task<(double Rate, double Peak)> DrainAsync(int readings)
    {
        await using var site = await IngestSite.StartAsync();
        await site.StopIngestAsync();
        using var fleet = Fleet.Create("home", readings);
        await fleet.ConnectAsync(site.Broker.Port);
        await fleet.PublishAsync();
        var start = Stopwatch.GetTimestamp();
        site.StartIngest();
        await Eventually.TrueAsync(() => fleet.IsStored(site.Store), "all readings are stored", s_deadline);
        var rate = readings / Stopwatch.GetElapsedTime(start).TotalSeconds;
        BurstRow.RequireAll(site.Store, readings);
        return (rate, new ProcessFigures(site.Ingest.Id).Peak);
    }
}
