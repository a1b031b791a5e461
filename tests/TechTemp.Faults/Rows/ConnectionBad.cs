using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>The network between ingest and broker cut, stalled, delayed and throttled.</summary>
internal static class ConnectionBad
{
    private const int Devices = 8;
    private static readonly PublisherPace s_pace = new(PerSecond: 150);

    public static async Task RunAsync(FaultRun run)
    {
        var rounds = run.Pick(full: 120, brief: 12);
        // A stall shorter than a round must be long enough to be noticed.
        await using var site = await Site.CreateAsync(run, ("Mqtt__KeepAlive", "00:00:01"));
        await using var proxy = new TcpProxy(site.Broker.Port);
        site.Settings["MQTT_URL"] = $"mqtt://127.0.0.1:{proxy.Port}";
        await site.StartIngestAsync();
        await using var fleet = Fleet.Start(site.Broker.Port, Devices, s_pace);

        int cuts = 0, stalls = 0, delays = 0, throttles = 0;
        for (var round = 0; round < rounds && !site.Ingest.HasExited; round++)
        {
            switch (round % 4)
            {
                case 0:
                    proxy.Cut();
                    cuts++;
                    break;
                case 1:
                    proxy.Stall();
                    stalls++;
                    break;
                case 2:
                    proxy.Latency = run.Moment(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(300));
                    delays++;
                    break;
                case 3:
                    proxy.BytesPerSecond = run.Random.Next(5_000, 100_000);
                    throttles++;
                    break;
            }

            await Task.Delay(run.Moment(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3)));
            // Half of the bad connections are cut instead of healed: what is on its way is lost with them.
            if (run.Random.Next(2) == 0)
            {
                proxy.Cut();
                cuts++;
            }

            proxy.Heal();
        }

        run.Promise(!site.Ingest.HasExited, $"Ingest has left: {site.Ingest.Error}");
        if (site.Ingest.HasExited)
        {
            await site.StartIngestAsync();
        }

        await fleet.StopAsync();
        await site.SettleAsync(fleet.Books);

        run.Note($"{cuts} cuts, {stalls} stalls, {delays} delays, {throttles} throttlings");
        Comparison.Of(fleet.Books, site.Store).Judge(run);
    }
}
