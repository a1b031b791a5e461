using System.Diagnostics;
using TechTemp.Faults.Books;
using TechTemp.Faults.Machine;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>A device with very many readings loses half of them, and is deleted with the rest, while others publish.</summary>
internal static class ReadingsRemoved
{
    private const int Others = 4;
    private static readonly PublisherPace s_pace = new(PerSecond: 250);
    private static readonly TimeSpan s_longestStall = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(FaultRun run)
    {
        var readings = run.Pick(full: 1_000_000, brief: 50_000);
        await using var site = await Site.StartAsync(run);
        await using var api = await HostProcess.StartHealthyAsync("TechTemp.Api", site.Settings);
        LongHistory.Insert(site.Store, readings);
        await using var fleet = Fleet.Start(site.Broker.Port, Others, s_pace);
        await Eventually.TrueAsync(() => site.Store.CountReadings() > readings, "the others are stored");
        using var enough = new CancellationTokenSource();
        var watching = Stall.LongestAsync(() => site.Store.SumOfNewest(fleet.Books), enough.Token);

        var start = Stopwatch.GetTimestamp();
        var half = DateTimeOffset.FromUnixTimeMilliseconds(site.Store.Query(
            $"SELECT min(ts) FROM readings WHERE device_id = (SELECT id FROM devices WHERE uid = '{LongHistory.Uid}');", row => row.GetInt64(0)).Single() + (readings / 2 * 1_000L));
        var removed = await api.Http.DeleteAsync($"/api/v1/devices/{LongHistory.Uid}/readings?from=2000-01-01&to={half:yyyy-MM-dd'T'HH:mm:ss'Z'}");
        run.Promise(removed.Status == 200, $"The readings could not be removed: {removed.Status}");
        run.Promise(LongHistory.Count(site.Store) is var left && left < readings, $"{left} readings are left of {readings}.");
        var deleted = await api.Http.DeleteAsync($"/api/v1/devices/{LongHistory.Uid}?readings=delete");
        run.Promise(deleted.Status == 200, $"The device could not be deleted: {deleted.Status}");
        var took = Stopwatch.GetElapsedTime(start);

        await enough.CancelAsync();
        var stall = await watching;
        await fleet.StopAsync();
        await site.SettleAsync(fleet.Books);
        run.Note($"{readings:N0} readings removed in {took.TotalSeconds:F1} s, longest stall of the others {stall.TotalMilliseconds:F0} ms");
        run.Promise(stall <= s_longestStall, $"Nothing of the others was stored for {stall.TotalMilliseconds:F0} ms.");
        run.Promise(site.Store.CheckIntegrity() == "ok", $"After the deletion: {site.Store.CheckIntegrity()}");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
    }
}
