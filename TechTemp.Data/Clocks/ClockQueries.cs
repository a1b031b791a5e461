using Microsoft.Extensions.Options;
using TechTemp.Data.Readings;
using TechTemp.Data.Replay;
using TechTemp.Data.Store;

namespace TechTemp.Data.Clocks;

/// <summary>
/// Compares this machine's clock with those of its devices, by a seek for each device; a test asserts the plans on SQLite. A single device that is ahead is the wrong one. When
/// more than half of the devices that were heard within the last quarter of an hour are ahead, and at least two, this machine is behind.
/// </summary>
public sealed class ClockQueries(IStoreSql sql, IOptions<IngestOptions> options, TimeProvider time)
{
    internal const string DevicesSql =
        """
        SELECT uid, last_seen_at, ahead
        FROM (SELECT d.uid, d.last_seen_at, (SELECT max(ts) FROM readings WHERE device_id = d.id AND ts > @limit) AS ahead FROM devices d) AS seen
        WHERE ahead IS NOT NULL OR last_seen_at >= @recent;
        """;

    private const int FewestAhead = 2;
    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_holding = TimeSpan.FromHours(1);

    /// <summary>Reads the report of now.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<ClockReport> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var devices = (await ReadStoredAsync(now, cancellationToken)).ToDictionary();
        var isHolding = false;
        foreach (var held in await FutureMessages.DevicesAsync(sql, cancellationToken))
        {
            var age = Math.Abs(now - held.ReceivedAt);
            isHolding |= age <= s_holding.TotalMilliseconds;
            if (held.Ts > now)
            {
                devices.TryGetValue(held.DeviceUid, out var known);
                devices[held.DeviceUid] = new(Math.Max(known.Ahead ?? 0, held.Ts), known.IsRecent || age <= s_recent.TotalMilliseconds, IsHeld: true);
            }
        }

        return new(
            now, Behind(now, devices.Values), isHolding,
            [.. devices.Where(d => d.Value.Ahead is not null).Select(d => new DeviceAhead(d.Key, d.Value.Ahead!.Value, d.Value.IsHeld)).OrderByDescending(d => d.Ts)]);
    }

    private ValueTask<List<(string Uid, Evidence Evidence)>> ReadStoredAsync(long now, CancellationToken cancellationToken)
    {
        var limit = now + (long)options.Value.FutureTolerance.TotalMilliseconds;
        var recent = now - (long)s_recent.TotalMilliseconds;
        return sql.QueryAsync(
            DevicesSql,
            row =>
            {
                // A reading was received at that time at the earliest: this machine's clock has been there.
                var seen = row.LongOrNull(1);
                var ahead = row.LongOrNull(2);
                return (row.GetString(0), new Evidence(seen > limit ? Math.Max(seen.Value, ahead ?? 0) : ahead, seen >= recent, IsHeld: false));
            },
            cancellationToken, ("limit", limit), ("recent", recent));
    }

    private static TimeSpan Behind(long now, IEnumerable<Evidence> devices)
    {
        var recent = devices.Where(d => d.IsRecent).ToList();
        var ahead = recent.Select(d => d.Ahead).OfType<long>().Order().ToList();
        // The middle one: no single device decides.
        return ahead.Count >= FewestAhead && ahead.Count * 2 > recent.Count ? TimeSpan.FromMilliseconds(ahead[(ahead.Count - 1) / 2] - now) : TimeSpan.Zero;
    }

    private readonly record struct Evidence(long? Ahead, bool IsRecent, bool IsHeld);
}
