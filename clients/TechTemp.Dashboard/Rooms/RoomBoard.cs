using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Fleets;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Rooms;

/// <summary>One page of the cards that somebody looks for.</summary>
/// <param name="Cards">The cards of the page.</param>
/// <param name="Found">How many cards there are on all pages.</param>
/// <param name="Page">Which page it is, from 1: the last one, where the query asks for more.</param>
/// <param name="Pages">How many pages there are.</param>
public sealed record BoardPage(IReadOnlyList<RoomCard> Cards, int Found, int Page, int Pages);

/// <summary>Makes the cards of the page Rooms.</summary>
public sealed class RoomBoard(Fleet fleet, RoomFigures figures, ApiClient api, Viewer viewer)
{
    /// <summary>How many cards a page has: full rows of two, three, four, six or nine.</summary>
    public const int PageSize = 36;

    /// <summary>Selects and orders the cards; those that were shown before keep their figures.</summary>
    public BoardPage Arrange(FleetQuery query, IReadOnlyList<RoomCard> before)
    {
        var cards = RoomCard.Of(fleet.Sensors.Where(query.Filter()));
        var pages = Math.Max(1, (cards.Count + PageSize - 1) / PageSize);
        var page = Math.Min(query.Page, pages);
        // Those without a room wait for one: last, where names decide.
        IEnumerable<RoomCard> ordered = query.Ordered(
            cards, c => query.Sort == FleetSort.Name && c.Room is null ? $"\uffff{c.Title}" : c.Title, c => c.Values is { } v ? (v.Temperature, v.Humidity, v.Ts) : null, c => c.Status);
        var (known, today) = (before.ToDictionary(c => c.Key), viewer.Today);
        var shown = ordered.Skip((page - 1) * PageSize).Take(PageSize).Select(c => known.TryGetValue(c.Key, out var old) ? old.With(c.Sensors, today) : c).ToList();
        var uids = shown.Select(c => c.Room?.Uid).OfType<string>().ToHashSet();
        var limits = fleet.Rooms.Where(r => uids.Contains(r.Uid)).ToDictionary(r => r.Uid, r => ComfortLimits.Of(r.Comfort));
        return new([.. shown.Select(c => c with { Limits = c.Room is { } room ? limits.GetValueOrDefault(room.Uid, ComfortLimits.Default) : ComfortLimits.Default })], cards.Count, page, pages);
    }

    /// <summary>The same cards with the newest readings of their sensors.</summary>
    public IReadOnlyList<RoomCard> Renew(IReadOnlyList<RoomCard> cards, FleetChange change)
    {
        var today = viewer.Today;
        return [.. cards.Select(c => c.Sensors.Any(s => change.Uids.Contains(s.Device.Uid)) ? c.With([.. c.Sensors.Select(s => fleet.Find(s.Device.Uid) ?? s)], today) : c)];
    }

    /// <summary>The cards with the figures of the day. A room that was deleted meanwhile has none.</summary>
    public async Task<IReadOnlyList<RoomCard>> WithFiguresAsync(IReadOnlyList<RoomCard> cards, CancellationToken cancellationToken)
    {
        var (now, today) = (viewer.Now, viewer.Today);
        var buckets = await figures.OfAsync([.. cards.Where(c => c.Values is not null).Select(c => c.Source)], RoomCard.BucketsFrom(now, today), cancellationToken);
        return [.. cards.Select(c => buckets.TryGetValue(c.Source, out var found) ? c.WithBuckets(found, now, today) : c)];
    }

    /// <summary>How many messages of unknown devices wait for somebody to provision these (<c>Ingest:UnknownDevices</c>).</summary>
    public async Task<long> HeldAsync(CancellationToken cancellationToken) => (await api.SystemAsync(cancellationToken)).Backlog?.Held ?? 0;
}
