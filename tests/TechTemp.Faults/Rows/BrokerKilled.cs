using System.Diagnostics;
using TechTemp.Faults.Books;
using TechTemp.Faults.Publishers;

namespace TechTemp.Faults.Rows;

/// <summary>kill -9 of the broker, half of the times with readings queued in it for an ingest that is away.</summary>
internal static class BrokerKilled
{
    private const int Devices = 4;
    private const int FirstSequenced = 101;
    private static readonly PublisherPace s_pace = new(PerSecond: 100);

    // autosave_interval in infrastructure/mosquitto/mosquitto.conf, and what Mosquitto takes to look at it and to write.
    private static readonly TimeSpan s_autosave = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(FaultRun run)
    {
        var kills = run.Pick(full: 30, brief: 3);
        await using var site = await Site.StartAsync(run);
        await using var plain = Fleet.Start(site.Broker.Port, Devices, s_pace);
        await using var sequenced = Fleet.StartSequenced(site.Broker.Port, Devices, s_pace, FirstSequenced);
        // Before its first save it knows of no session at all.
        await Eventually.TrueAsync(() => site.Broker.HasSaved, "the broker has saved");

        var killedAt = new List<long>();
        for (var kill = 0; kill < kills; kill++)
        {
            var away = kill % 2 == 1;
            if (away)
            {
                await site.Ingest.StopAsync();
            }

            await Task.Delay(run.Moment(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(5)));
            await site.Broker.KillAsync();
            killedAt.Add(Stopwatch.GetTimestamp());
            await site.Broker.StartAsync();
            if (away)
            {
                await site.LaunchIngestAsync();
            }

            await site.Ingest.HealthAsync(health => health.Status == 200, "healthy");
        }

        await plain.StopAsync();
        await sequenced.StopAsync();
        await site.SettleAsync([.. plain.Books, .. sequenced.Books]);
        Judge(run, plain.Books, sequenced.Books, site.Store, killedAt);
    }

    /// <summary>Compares, and promises what a killed broker may lose.</summary>
    /// <param name="run">The run.</param>
    /// <param name="plain">The books of devices that trust the broker's acknowledgement.</param>
    /// <param name="sequenced">The books of devices that number their readings.</param>
    /// <param name="store">The store, in which nothing happens any more.</param>
    /// <param name="killedAt">When the broker was killed, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    public static void Judge(FaultRun run, IReadOnlyList<Book> plain, IReadOnlyList<Book> sequenced, Store store, IReadOnlyList<long> killedAt)
    {
        var comparison = Comparison.Of([.. plain, .. sequenced], store);
        var trusting = plain.ToDictionary(b => b.Device);
        var (forPlain, forSequenced) = (comparison.LostSamples.Where(s => trusting.ContainsKey(s.Device)).ToList(), comparison.LostSamples.Where(s => !trusting.ContainsKey(s.Device)).ToList());
        var oldest = forPlain.Select(sample => Age(killedAt, trusting[sample.Device].AcknowledgedAt(sample.Counter)!.Value)).Append(TimeSpan.Zero).Max();
        run.Note($"{killedAt.Count} kills; with seq {sequenced.Sum(b => b.Acknowledged):N0} acknowledged, {forSequenced.Count} lost; without {plain.Sum(b => b.Acknowledged):N0} acknowledged by the broker, {forPlain.Count} lost, acknowledged {oldest.TotalSeconds:F1} s before a kill at most");
        run.Promise(forSequenced.Count == 0, $"Of devices that send seq {forSequenced.Count} are lost, {forSequenced.FirstOrDefault()} for one.");
        run.Promise(oldest <= s_autosave + s_slack, $"A reading is lost that the broker had acknowledged {oldest.TotalSeconds:F1} s before it was killed.");
        run.Promise(comparison.Lost == comparison.Wrong, $"{comparison}");
    }

    /// <summary>How long before the next kill this was.</summary>
    private static TimeSpan Age(IEnumerable<long> killedAt, long acknowledgedAt)
    {
        var next = killedAt.FirstOrDefault(at => at >= acknowledgedAt);
        return next == 0 ? TimeSpan.MaxValue : Stopwatch.GetElapsedTime(acknowledgedAt, next);
    }
}
