using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Devices;

/// <summary>Readings that a move gives to another room.</summary>
/// <param name="Room">The room they count for until now; null for none.</param>
/// <param name="From">First moment.</param>
/// <param name="To">First moment no longer; null while they go on.</param>
/// <param name="Count">How many.</param>
public sealed record MovedReadings(RoomName? Room, DateTimeOffset From, DateTimeOffset? To, long Count);

/// <summary>What a move changes, before it is done.</summary>
/// <param name="Moved">The readings that change their room, oldest first; empty when none does.</param>
/// <param name="Forgotten">Stays that the move replaces altogether.</param>
public sealed record MovePreview(IReadOnlyList<MovedReadings> Moved, IReadOnlyList<Placement> Forgotten)
{
    /// <summary>Finds out what a move changes.</summary>
    /// <param name="api">The API.</param>
    /// <param name="uid">The device.</param>
    /// <param name="stays">The rooms it has stood in.</param>
    /// <param name="roomUid">The new room; null for one that is created.</param>
    /// <param name="at">Since when it stands there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<MovePreview> OfAsync(
        ApiClient api, string uid, IReadOnlyList<Placement> stays, string? roomUid, DateTimeOffset at, CancellationToken cancellationToken = default)
    {
        var moved = new List<MovedReadings>();
        var begin = at;
        foreach (var stay in stays.OrderBy(s => s.From).Where(s => s.To is not { } to || to > at))
        {
            if (stay.From > begin)
            {
                await AddAsync(null, begin, stay.From);
            }

            if (stay.Room.Uid != roomUid)
            {
                await AddAsync(stay.Room, stay.From > begin ? stay.From : begin, stay.To);
            }

            begin = stay.To ?? DateTimeOffset.MaxValue;
        }

        if (begin < DateTimeOffset.MaxValue)
        {
            await AddAsync(null, begin, null);
        }

        return new(moved, [.. stays.Where(s => s.From >= at && s.Room.Uid != roomUid)]);

        // The end is the first moment that no longer counts, and a range of the API includes both of its ends.
        async Task AddAsync(RoomName? room, DateTimeOffset from, DateTimeOffset? to) =>
            moved.Add(new(room, from, to, (await api.CountAsync(uid, from, to?.AddMilliseconds(-1), cancellationToken)).Count));
    }
}
