using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Sqlite.Operation;

/// <summary>What a store holds and how large it is, at one moment.</summary>
/// <param name="RecentReadings">Readings measured within the time asked for, readings from the future not among them.</param>
/// <param name="Rejections">Refused messages that are kept, by reason, most first.</param>
/// <param name="Held">Refused messages that wait for their device to be provisioned.</param>
/// <param name="Missing">Readings that counting devices have not delivered yet although they have delivered later ones; 2^53 at most.</param>
/// <param name="Bytes">The database file, bytes.</param>
/// <param name="LogBytes">The write-ahead log, bytes: it is emptied into the database from time to time, and reused.</param>
/// <param name="UnusedBytes">How much of the database file is free for what comes, bytes.</param>
/// <param name="DiskFreeBytes">What the disk has left for this program, bytes.</param>
public sealed record StoreFigures(
    long RecentReadings, IReadOnlyList<RejectionCount> Rejections, long Held, long Missing, long Bytes, long LogBytes, long UnusedBytes, long DiskFreeBytes)
{
    /// <summary>Held messages that were dropped, beyond the quota of their device or for their age, as far as that is remembered.</summary>
    public long HeldDropped { get; init; }
}

/// <summary>How many messages were refused for one reason.</summary>
/// <param name="Reason">One of <see cref="RejectionReasons"/>.</param>
/// <param name="Count">How many are kept.</param>
/// <param name="NewestAt">When the newest one was received, unix milliseconds UTC.</param>
public sealed record RejectionCount(string Reason, long Count, long NewestAt);

/// <summary>Reads <see cref="StoreFigures"/>: seeks and one walk along an index, never a scan of readings; a test asserts the plans.</summary>
public sealed class StoreFigureQueries(StoreConnections connections, TimeProvider time)
{
    // CROSS JOIN keeps the order: without statistics SQLite would rather scan the readings and seek their devices.
    internal const string RecentSql =
        "SELECT count(*) FROM devices d CROSS JOIN readings x ON x.device_id = d.id AND x.ts BETWEEN $from AND $to;";

    // The payloads lie in the table, 8 KiB each at most: the index alone is walked, and of each reason one row is sought.
    internal const string RejectionsSql =
        """
        SELECT r.reason, r.count, m.received_at
        FROM (SELECT reason, count(*) AS count, max(id) AS newest FROM rejected_messages INDEXED BY IX_rejected_messages_device_uid_reason GROUP BY reason) r
        JOIN rejected_messages m ON m.id = r.newest
        ORDER BY r.count DESC, r.reason;
        """;

    // total() adds doubles. sum() fails when integers add up to more than 2^63, and the gaps of a few devices with wrong counters do.
    private const string MissingSql = "SELECT CAST(min(total(last - first + 1), 9007199254740992) AS INTEGER) FROM sequence_gaps;";

    /// <summary>Reads the figures of now.</summary>
    /// <param name="recent">How far back readings count as recent.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public StoreFigures Read(TimeSpan recent)
    {
        var now = time.GetUtcNow();
        using var span = StoreSpan.Start("SELECT", "readings");
        using var connection = connections.Open();
        var rejections = ReadRejections(connection);
        return new(
            CountRecent(connection, (now - recent).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds()),
            rejections,
            rejections.FirstOrDefault(r => r.Reason == RejectionReasons.UnknownDevice)?.Count ?? 0,
            connection.ScalarLong(MissingSql),
            Length(connections.Path),
            Length(connections.Path + "-wal"),
            connection.ScalarLong("PRAGMA freelist_count;") * connection.ScalarLong("PRAGMA page_size;"),
            new DriveInfo(Path.GetDirectoryName(connections.Path)!).AvailableFreeSpace)
        {
            HeldDropped = connection.ScalarLong("SELECT coalesce(sum(count), 0) FROM held_drops;"),
        };
    }

    private static long CountRecent(SqliteConnection connection, long from, long to)
    {
        using var command = connection.Prepare(RecentSql, ("$from", SqliteType.Integer), ("$to", SqliteType.Integer));
        return (long)command.Bind(0, from).Bind(1, to).ExecuteScalar()!;
    }

    private static List<RejectionCount> ReadRejections(SqliteConnection connection)
    {
        using var command = connection.Prepare(RejectionsSql);
        using var reader = command.Rows();
        var counts = new List<RejectionCount>();
        while (reader.Read())
        {
            counts.Add(new(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return counts;
    }

    // A log that is not there is empty.
    private static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
