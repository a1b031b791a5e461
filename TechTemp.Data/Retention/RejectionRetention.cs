using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using TechTemp.Data.Rejections;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Retention;

/// <summary>
/// Drops rejected messages that are older than <see cref="RetentionOptions.Rejected"/>, and held ones that are older than
/// <see cref="RetentionOptions.Held"/>, in small steps.
/// <para>
/// A clock that is ahead must not drop what is recent. So ages count to the earlier of two times: what the clock says, and the time that is proven, which is
/// the newest <c>last_seen_at</c> of the devices when this process looked first (the earlier of a reading's own time and that of its receipt, so that two
/// clocks agree on it), and the time that has passed since by the monotonic clock. Where no device was ever seen, the proof is the receipt of the oldest
/// message. Held readings of the future (<see cref="RejectionReasons.InFuture"/>) have no age: the clock that they were received by is in doubt. When the proof is too early, as after a long time without readings, messages are kept for longer; their number is limited all the same.
/// </para>
/// </summary>
public sealed class RejectionRetention(IStoreSql sql, IOptions<RetentionOptions> options, TimeProvider time)
{
    private const int RowsOfAStep = 1_000;

    private const string TooOld = "is_held = @held AND received_at < @oldest";

    // Not by the time of receipt of a clock that was behind: as soon as it is right, all that was held meanwhile would be too old.
    private const string HeldTooOld = $"{TooOld} AND reason <> @reason";

    // Looked for by a read: a search that finds nothing goes through all of them, and should not hold the writer's lock.
    private const string AnySql = $"SELECT id FROM rejected_messages WHERE {TooOld} LIMIT 1;";
    private const string AnyHeldSql = $"SELECT id FROM rejected_messages WHERE {HeldTooOld} LIMIT 1;";

    // The conditions stand twice: on a server a replay may change a message before it is deleted. By CASE, because SQLite would otherwise scan for the second ones.
    internal const string DropSql =
        $"DELETE FROM rejected_messages WHERE id IN (SELECT id FROM rejected_messages WHERE {TooOld} ORDER BY id LIMIT @rows) AND CASE WHEN {TooOld} THEN true END;";

    internal const string DropHeldSql =
        $"""
        DELETE FROM rejected_messages WHERE id IN (SELECT id FROM rejected_messages WHERE {HeldTooOld} LIMIT @rows) AND CASE WHEN {HeldTooOld} THEN true END
        RETURNING device_uid, home;
        """;

    private const string RecordSql =
        """
        INSERT INTO held_drops (device_uid, home, count, last_at) VALUES (@device, @home, @count, @at)
        ON CONFLICT (device_uid, home) DO UPDATE SET count = held_drops.count + excluded.count, last_at = excluded.last_at;
        """;

    private (long Time, long Timestamp)? _proof;

    /// <summary>Drops what is too old and not held.</summary>
    /// <param name="cancellationToken">Gives up; what was dropped before is dropped.</param>
    /// <returns>How many each step dropped; the caller may pause between two.</returns>
    /// <exception cref="StoreException">The store failed; what was dropped before is dropped.</exception>
    public async IAsyncEnumerable<int> DropAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var oldest = ("oldest", (object)(await NowAsync(cancellationToken) - (long)options.Value.Rejected.TotalMilliseconds));
        while ((await sql.QueryAsync(AnySql, row => row.GetInt64(0), cancellationToken, ("held", false), oldest)).Count > 0)
        {
            yield return await sql.ExecuteAsync(DropSql, cancellationToken, ("held", false), oldest, ("rows", RowsOfAStep));
        }
    }

    /// <summary>Drops held readings that are too old, and writes down of which devices.</summary>
    /// <param name="cancellationToken">Gives up; what was dropped before is dropped.</param>
    /// <returns>What each step dropped; the caller may pause between two.</returns>
    /// <exception cref="StoreException">The store failed; what was dropped before is dropped.</exception>
    public async IAsyncEnumerable<IReadOnlyList<HeldLoss>> DropHeldAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (string, object?)[] tooOld =
        [
            ("held", true), ("oldest", await NowAsync(cancellationToken) - (long)options.Value.Held.TotalMilliseconds), ("reason", RejectionReasons.InFuture),
        ];
        while ((await sql.QueryAsync(AnyHeldSql, row => row.GetInt64(0), cancellationToken, tooOld)).Count > 0)
        {
            yield return await DropHeldAsync(tooOld, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<HeldLoss>> DropHeldAsync((string, object?)[] tooOld, CancellationToken cancellationToken)
    {
        await using var transaction = await sql.BeginAsync(cancellationToken);
        var dropped = await transaction.QueryAsync(
            DropHeldSql, row => (Device: row.GetString(0), Home: row.GetString(1)), cancellationToken, [.. tooOld, ("rows", RowsOfAStep)]);
        var losses = dropped.CountBy(d => d).Select(d => new HeldLoss(d.Key.Device, d.Key.Home, d.Value))
            .OrderBy(l => l.DeviceUid, StringComparer.Ordinal).ThenBy(l => l.Home, StringComparer.Ordinal).ToList();
        foreach (var loss in losses)
        {
            await transaction.ExecuteAsync(
                RecordSql, cancellationToken, ("device", loss.DeviceUid), ("home", loss.Home), ("count", loss.Count), ("at", time.GetUtcNow().ToUnixTimeMilliseconds()));
        }

        await transaction.CommitAsync();
        return losses;
    }

    private async ValueTask<long> NowAsync(CancellationToken cancellationToken)
    {
        var clock = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (_proof is null)
        {
            var newest = await sql.QueryAsync(
                "SELECT coalesce((SELECT max(last_seen_at) FROM devices), (SELECT min(received_at) FROM rejected_messages));", row => row.LongOrNull(0), cancellationToken);
            _proof = (newest[0] ?? clock, time.GetTimestamp());
        }

        var (from, timestamp) = _proof.Value;
        return Math.Min(clock, from + (long)time.GetElapsedTime(timestamp).TotalMilliseconds);
    }
}
