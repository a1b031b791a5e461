using System.Diagnostics;
using System.Globalization;
using TechTemp.Load.Clients;

namespace TechTemp.Load.Rows;

/// <summary>Readings of several homes that came while all workers were away: how fast one, two and three workers store them in one PostgreSQL database.</summary>
internal static class WorkersRow
{
    private const int Devices = 50;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);

    public static async Task MeasureAsync(LoadRun run)
    {
        // Three workers are left out where the figures mean nothing.
        var (counts, readings) = run.Options.IsShort ? (new[] { 1, 2 }, 20) : ([1, 2, 3], 1_000);
        var server = await run.ServerAsync();
        var (rates, busy) = (counts.ToDictionary(count => count, _ => new List<double>()), counts.ToDictionary(count => count, _ => new List<double>()));
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            foreach (var count in counts)
            {
                var (rate, used) = await DrainAsync(server, count, readings);
                rates[count].Add(rate);
                busy[count].Add(used);
            }

            LoadRun.Tell($"drained by {string.Join(", by ", counts.Select(count => $"{count} worker{(count > 1 ? "s" : "")} {rates[count][^1]:N0}/s, processors {busy[count][^1]:P0} busy"))}");
        }

        if (server.Log.Contains("deadlock detected", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"There was a deadlock.\n{server.Log}");
        }

        foreach (var count in counts.Skip(1))
        {
            run.Table.Add(
                $"drain of {readings * WorkerSite.Homes.Count * Devices:N0} of {WorkerSite.Homes.Count * Devices} devices, none lost, no deadlock: {count} workers / one",
                $"{BurstRow.Ratio(rates[count], rates[1]):F2}", $"{Figure(count)}, {Figure(1)}");
        }

        string Figure(int count) => $"{Table.Median(rates[count]):N0}/s with the processors {Table.Median(busy[count]):P0} busy";
    }

    private static async Task<(double Rate, double Busy)> DrainAsync(PostgresProcess server, int workers, int readings)
    {
        await using var site = await WorkerSite.StartAsync(server, workers);
        await site.DivideAsync();
        // The first reading of each device, so that all are known.
        using (var first = Fleet.OfHomes(WorkerSite.Homes, Devices, readings: 1, before: readings))
        {
            await PublishAsync(site, first);
            await Eventually.TrueAsync(() => first.IsStored(site.Store), "the first readings are stored", s_deadline);
        }

        await site.StopWorkersAsync();
        using var fleet = Fleet.OfHomes(WorkerSite.Homes, Devices, readings);
        await PublishAsync(site, fleet);
        // So that each drain begins with a checkpoint behind it.
        await server.QueryAsync("postgres", "CHECKPOINT;");

        // All workers are there when the broker goes on: what is measured is how they store, not how they start.
        site.Broker.Freeze(true);
        await site.StartWorkersAsync();
        var (idle, all) = Processors();
        var start = Stopwatch.GetTimestamp();
        site.Broker.Freeze(false);
        await Eventually.TrueAsync(() => fleet.IsStored(site.Store), "all readings are stored", s_deadline);
        var rate = readings * WorkerSite.Homes.Count * Devices / Stopwatch.GetElapsedTime(start).TotalSeconds;
        var (idleNow, allNow) = Processors();
        BurstRow.RequireAll(site.Store, (1L + readings) * WorkerSite.Homes.Count * Devices);
        return (rate, 1 - (double)(idleNow - idle) / (allNow - all));
    }

    // The time of all processors: user, nice, system, idle, waiting for a disk, and others (proc(5), /proc/stat).
    private static (long Idle, long All) Processors()
    {
        var times = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(time => long.Parse(time, CultureInfo.InvariantCulture)).ToList();
        return (times[3] + times[4], times.Take(8).Sum());
    }

    private static async Task PublishAsync(WorkerSite site, Fleet fleet)
    {
        await fleet.ConnectAsync(site.Broker.Port);
        await fleet.PublishAsync();
    }
}
