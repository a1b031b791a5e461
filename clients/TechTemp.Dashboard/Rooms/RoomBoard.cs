using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Rooms;

/// <summary>Asks the API for the cards of every sensor.</summary>
public sealed class RoomBoard(ApiClient api, Viewer viewer)
{
    // The API computes a chart with one processor at a time; more at once would only wait there.
    private const int AtOnce = 4;

    /// <summary>Every sensor's card, by title, with all figures.</summary>
    public async Task<IReadOnlyList<RoomCard>> LoadAsync(CancellationToken cancellationToken = default)
    {
        var devices = api.DevicesAsync(cancellationToken);
        var latest = (await api.LatestAsync(cancellationToken)).ToDictionary(r => r.DeviceId);
        var cards = CardsOf(await devices, latest);
        var (now, today) = (viewer.Now, viewer.Today);
        var from = RoomCard.BucketsFrom(now, today);
        await Parallel.ForAsync(0, cards.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (n, token) =>
        {
            if (cards[n].Latest is not null)
            {
                cards[n] = cards[n].WithBuckets(await api.BucketsAsync(cards[n].Source, from, now, "PT15M", "UTC", token), now, today);
            }
        });
        return cards;
    }

    /// <summary>The same cards with the devices and newest readings of now: new ones, other rooms, who is late, and what came around the stream, as an import does.</summary>
    public async Task<IReadOnlyList<RoomCard>> RefreshAsync(IReadOnlyList<RoomCard> cards, CancellationToken cancellationToken = default)
    {
        var devices = api.DevicesAsync(cancellationToken);
        var latest = (await api.LatestAsync(cancellationToken)).ToDictionary(r => r.DeviceId);
        var known = cards.ToDictionary(c => c.Device.Uid);
        var today = viewer.Today;
        return CardsOf(await devices, latest).ConvertAll(c => known.TryGetValue(c.Device.Uid, out var old) ? Keep(c, old, today) : c);
    }

    /// <summary>How many messages of unknown devices wait for somebody to provision these (<c>Ingest:UnknownDevices</c>).</summary>
    public async Task<long> HeldAsync(CancellationToken cancellationToken = default) => (await api.SystemAsync(cancellationToken)).Backlog?.Held ?? 0;

    private static RoomCard Keep(RoomCard card, RoomCard old, DateTimeOffset today)
    {
        var kept = card with { Today = old.Today, HourAgo = old.HourAgo };
        return card.Latest is { } reading && reading != old.Latest ? kept.With(reading, today) : kept;
    }

    private static List<RoomCard> CardsOf(IReadOnlyList<Device> devices, Dictionary<string, LatestReading> latest)
    {
        var alone = devices.Where(d => d.Room is not null).CountBy(d => d.Room!.Uid).Where(r => r.Value == 1).Select(r => r.Key).ToHashSet();
        return
        [
            .. devices
                .Select(d => new RoomCard(d, d.Room is not null && alone.Contains(d.Room.Uid), latest.GetValueOrDefault(d.Uid), null, null))
                .OrderBy(c => c.Device.Room is null)
                .ThenBy(c => c.Title, StringComparer.InvariantCultureIgnoreCase)
                .ThenBy(c => c.Device.Uid, StringComparer.Ordinal),
        ];
    }
}
