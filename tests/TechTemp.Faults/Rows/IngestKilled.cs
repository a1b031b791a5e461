using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>kill -9 of ingest at random moments under load.</summary>
internal static class IngestKilled
{
    private const int Devices = 8;
    private static readonly PublisherPace s_pace = new(PerSecond: 300);

    // From the very start of the process, migrations and the first connection included, to its steady work.
    private static readonly TimeSpan s_earliest = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_latest = TimeSpan.FromMilliseconds(3_000);

    public static async Task RunAsync(FaultRun run)
    {
        var kills = run.Pick(full: 100, brief: 8);
        await using var site = await Site.StartAsync(run);
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
        var atWork = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            var before = site.Store.CountReadings();
            await Task.Delay(run.Moment(s_earliest, s_latest));
            await site.KillIngestAsync();
            atWork += site.Store.CountReadings() > before ? 1 : 0;
            await site.LaunchIngestAsync();
        }

        await fleet.StopAsync();
        await site.SettleAsync(fleet.Books);

        run.Note($"{kills} kills, {atWork} of them at work");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
    }
}
