using System.Globalization;
using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.History;

/// <summary>
/// What the page History shows, as the address bar holds it:
/// <code>history?room=kitchen&amp;device=sensor-01&amp;measure=humidity&amp;period=7d
/// history?room=kitchen&amp;from=2026-11-01T00:00:00.000Z&amp;to=2026-11-08T00:00:00.000Z</code>
/// Without rooms and devices it chooses itself; without a period it is the last 24 hours.
/// </summary>
/// <param name="Rooms">Uids of rooms.</param>
/// <param name="Devices">Uids of devices.</param>
/// <param name="Measure">The key of a quantity; null for temperature or, where that was not measured, another one.</param>
/// <param name="Period">A key of <see cref="Periods"/> that ends now; null for a free range.</param>
/// <param name="From">First moment of a free range.</param>
/// <param name="To">Last moment of a free range.</param>
public sealed record HistoryView(
    IReadOnlyList<string> Rooms, IReadOnlyList<string> Devices, string? Measure, string? Period, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>How many lines one chart can show apart.</summary>
    public const int MostSources = 24;

    private const string UsualPeriod = "24h";

    /// <summary>The periods that end now.</summary>
    public static IReadOnlyDictionary<string, TimeSpan> Periods { get; } = new Dictionary<string, TimeSpan>
    {
        ["1h"] = TimeSpan.FromHours(1),
        ["6h"] = TimeSpan.FromHours(6),
        ["24h"] = TimeSpan.FromDays(1),
        ["7d"] = TimeSpan.FromDays(7),
        ["30d"] = TimeSpan.FromDays(30),
        ["1y"] = TimeSpan.FromDays(366),
        ["5y"] = TimeSpan.FromDays(5 * 366),
    };

    /// <summary>Reads the query of an address. What it does not understand it leaves out: an address may be old, or typed.</summary>
    public static HistoryView Parse(string[]? rooms, string[]? devices, string? measure, string? period, string? from, string? to)
    {
        var free = TryTime(from, out var first) & TryTime(to, out var last) && first < last;
        return new(
            [.. (rooms ?? []).Distinct().Take(MostSources)],
            [.. (devices ?? []).Distinct().Take(MostSources)],
            string.IsNullOrEmpty(measure) ? null : measure,
            free ? null : period is not null && Periods.ContainsKey(period) ? period : UsualPeriod,
            free ? first : null,
            free ? last : null);
    }

    /// <summary>The address.</summary>
    public string Address()
    {
        List<string> query = [.. Rooms.Select(r => $"room={Uri.EscapeDataString(r)}"), .. Devices.Select(d => $"device={Uri.EscapeDataString(d)}")];
        if (Measure is not null)
        {
            query.Add($"measure={Uri.EscapeDataString(Measure)}");
        }

        query.Add(Period is not null ? $"period={Period}" : $"from={ApiClient.Time(From!.Value)}&to={ApiClient.Time(To!.Value)}");
        return $"history?{string.Join('&', query)}";
    }

    /// <summary>The range that is shown.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Range(DateTimeOffset now) =>
        Period is { } period ? (now - Periods[period], now) : (From!.Value, To!.Value);

    /// <summary>The same with another range.</summary>
    public HistoryView Between(DateTimeOffset from, DateTimeOffset to) => this with { Period = null, From = from, To = to };

    /// <summary>The same with a room or device more or less.</summary>
    public HistoryView Toggle(HistorySource source)
    {
        var (rooms, devices) = (Rooms.ToList(), Devices.ToList());
        var list = source.IsRoom ? rooms : devices;
        if (!list.Remove(source.Uid))
        {
            list.Add(source.Uid);
        }

        return this with { Rooms = rooms, Devices = devices };
    }

    /// <summary>Whether a room or device is shown.</summary>
    public bool Shows(HistorySource source) => (source.IsRoom ? Rooms : Devices).Contains(source.Uid);

    private static bool TryTime(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time)
        && time.Year is >= 2000 and < 2200;
}
