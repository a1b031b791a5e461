using System.Diagnostics;
using TechTemp.Load.Clients;
using TechTemp.Load.Opponents;

namespace TechTemp.Load.Rows;

/// <summary>
/// A burst at QoS 1 from eight connections: ingest until the last reading is stored, mosquitto_sub until it has received the last
/// one, and the bare prototype until its last one is stored. In turn, on the same broker, from the same publishers.
/// </summary>
internal static class BurstRow
{
    // A machine that is busy otherwise is slow, not wrong.
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    public static async Task MeasureAsync(LoadRun run)
    {
        var (rounds, readings) = (run.Options.Rounds, run.Options.IsShort ? 8_000 : 200_000);
        await using var site = await IngestSite.StartAsync();
        await using var prototype = await Prototype.StartAsync(site.Broker.Port, site.File("prototype.db"), "prot");
        using var prototypes = new StoredReadings(site.File("prototype.db"));
        var figures = new ProcessFigures(site.Ingest.Id);
        var (ingest, bare, subscriber, cpu, bareCpu) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        // The first round is for the code that is compiled while it runs.
        for (var round = -1; round < rounds; round++)
        {
            var before = (rounds - 1 - round) * readings;
            var (seconds, used, sending) = await StoreAsync(site.Broker, "home", site.Store, site.Ingest.Id, readings, before);
            var (bareSeconds, bareUsed, _) = await StoreAsync(site.Broker, "prot", prototypes, prototype.Id, readings, before);
            var subscriberSeconds = await SubscribeAsync(site.Broker, round, readings);
            if (round < 0)
            {
                continue;
            }

            LoadRun.Tell($"ingest {readings / seconds:N0}/s, mosquitto_sub {readings / subscriberSeconds:N0}/s, prototype {readings / bareSeconds:N0}/s; published at {readings / sending:N0}/s");
            ingest.Add(readings / seconds);
            bare.Add(readings / bareSeconds);
            subscriber.Add(readings / subscriberSeconds);
            cpu.Add(used / readings * 1e6);
            bareCpu.Add(bareUsed / readings * 1e6);
        }

        RequireAll(site.Store, (rounds + 1L) * readings);
        RequireAll(prototypes, (rounds + 1L) * readings);
        run.BurstRate = Table.Median(ingest);
        var (own, bareRate, bound) = (Table.Median(ingest), Table.Median(bare), Table.Median(subscriber));
        run.Table.Add($"burst of {readings:N0}, eight connections, QoS 1: ingest / mosquitto_sub -q 1", $"{Ratio(ingest, subscriber):F2}", $"{own:N0}/s, {bound:N0}/s");
        run.Table.Add("the same: bare prototype / mosquitto_sub -q 1", $"{Ratio(bare, subscriber):F2}", $"{bareRate:N0}/s, {bound:N0}/s");
        run.Table.Add("the same: ingest / bare prototype", $"{Ratio(ingest, bare):F2}", $"{own:N0}/s, {bareRate:N0}/s");
        run.Table.Add("processor time of ingest for a million readings", $"{Table.Median(cpu):F1} s", $"bare prototype {Table.Median(bareCpu):F1} s");
        run.Table.Add("most memory of ingest in bursts", $"{figures.Peak:F0} MB", $"bare prototype {new ProcessFigures(prototype.Id).Peak:F0} MB");
    }

    /// <summary>The median of the ratios, each of two measurements that followed each other.</summary>
    public static double Ratio(IEnumerable<double> ours, IEnumerable<double> theirs) => Table.Median([.. ours.Zip(theirs, (a, b) => a / b)]);

    /// <summary>Fails when a reading was lost, or there is one too many.</summary>
    public static void RequireAll(StoredReadings store, long readings)
    {
        if (store.Count != readings)
        {
            throw new InvalidOperationException($"{readings:N0} readings were acknowledged, {store.Count:N0} are stored.");
        }
    }

    /// <summary>Publishes a burst and waits until it is stored.</summary>
    /// <returns>How long that took, the processor time of the process that stores, and how long publishing took, in seconds.</returns>
    public static async Task<(double Seconds, double Cpu, double Sending)> StoreAsync(
        MosquittoProcess broker, string prefix, StoredReadings store, int processId, int readings, int before)
    {
        using var fleet = Fleet.Create(prefix, readings, before);
        await fleet.ConnectAsync(broker.Port);
        var figures = new ProcessFigures(processId);
        var (cpu, start) = (figures.CpuSeconds, Stopwatch.GetTimestamp());
        var sending = Table.TimeAsync(fleet.PublishAsync);
        await Eventually.TrueAsync(() => fleet.IsStored(store), "all readings are stored", s_deadline);
        var elapsed = Stopwatch.GetElapsedTime(start);
        cpu = figures.CpuSeconds - cpu;
        return (elapsed.TotalSeconds, cpu, await sending / 1000);
    }

    private static async Task<double> SubscribeAsync(MosquittoProcess broker, int round, int readings)
    {
        // A level of its own, since the session of the round before is kept as well.
        var prefix = $"sub{(char)('b' + round)}";
        using var fleet = Fleet.Create(prefix, readings);
        await fleet.ConnectAsync(broker.Port);
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, prefix, readings);
        var start = Stopwatch.GetTimestamp();
        var published = fleet.PublishAsync();
        if (await subscriber.ExitAsync(s_deadline) != 0)
        {
            throw new InvalidOperationException(subscriber.Describe());
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        await published;
        return elapsed.TotalSeconds;
    }
}
