using System.Globalization;
using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>
/// The client id of ingest changes again and again, with readings in the session of the one before, and ingest is killed with -9 at random
/// moments while it fetches them and ends that session.
/// </summary>
internal static class ClientIdChanged
{
    private const int Devices = 4;
    private static readonly PublisherPace s_pace = new(PerSecond: 200);

    // Each of twenty sessions has tens of thousands of readings, and a busy machine is slow, not wrong.
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(FaultRun run)
    {
        var changes = run.Pick(full: 20, brief: 3);
        await using var site = await Site.StartAsync(run);
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);
        var kills = 0;
        for (var change = 1; change <= changes; change++)
        {
            await site.KillIngestAsync();
            var before = fleet.Acknowledged;
            await Eventually.TrueAsync(() => fleet.Acknowledged > before + 500, "readings are queued");
            site.Settings["Mqtt__ClientId"] = string.Create(CultureInfo.InvariantCulture, $"ingest-{change}");
            if (run.Random.Next(2) == 0)
            {
                await site.LaunchIngestAsync();
                await Eventually.TrueAsync(() => site.Ingest.Output.Contains("Connected to ", StringComparison.Ordinal), "ingest is connected");
                await Task.Delay(run.Moment(TimeSpan.Zero, TimeSpan.FromSeconds(2)));
                await site.KillIngestAsync();
                kills++;
            }

            await site.StartIngestAsync();
        }

        await Eventually.TrueAsync(() => site.Store.CountSessions() == 1, "every former session has ended", s_deadline);
        await fleet.StopAsync();
        await site.SettleAsync(fleet.Books);

        run.Note($"{changes} changes, {kills} kills while the former session was fetched");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
    }
}
