using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Rooms;

/// <summary>The newest reading of each sensor that the stream has brought, and when it came.</summary>
public sealed class RoomNews(TimeProvider time)
{
    private readonly Dictionary<string, (LatestReading Reading, long At)> _came = [];

    /// <summary>A reading has come.</summary>
    public void Add(LatestReading reading) => _came[reading.DeviceId] = (reading, time.GetTimestamp());

    /// <summary>Whether a sensor without a card has sent since a moment.</summary>
    /// <param name="cards">The cards.</param>
    /// <param name="since">A timestamp of the clock.</param>
    public bool HasOther(IReadOnlyList<RoomCard> cards, long since) =>
        _came.Where(c => c.Value.At >= since).Select(c => c.Key).Except(cards.Select(c => c.Device.Uid)).Any();

    /// <summary>The cards with what has come since a moment.</summary>
    /// <param name="cards">The cards.</param>
    /// <param name="since">A timestamp of the clock.</param>
    /// <param name="today">The first moment of the viewer's day.</param>
    public IReadOnlyList<RoomCard> On(IReadOnlyList<RoomCard> cards, long since, DateTimeOffset today) =>
        [.. cards.Select(c => _came.TryGetValue(c.Device.Uid, out var came) && came.At >= since ? c.With(came.Reading, today) : c)];
}
