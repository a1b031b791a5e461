using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using TechTemp.Data.Store;

namespace TechTemp.Data.Rejections;

/// <summary>Lets rejected messages go when they are older than <see cref="RetentionOptions.Rejected"/>, in small steps.</summary>
public sealed class RejectionRetention(StoreConnections connections, IOptions<RetentionOptions> options, TimeProvider time)
{
    private const int RowsOfAStep = 1_000;

    /// <summary>Drops what is too old.</summary>
    /// <returns>How many each step dropped; the caller may pause between two.</returns>
    /// <exception cref="SqliteException">The store failed; what was dropped before is dropped.</exception>
    public IEnumerable<int> Drop()
    {
        var oldest = (time.GetUtcNow() - options.Value.Rejected).ToUnixTimeMilliseconds();
        using var connection = connections.Open();
        // Looked for by a read: a search that finds nothing goes through all of them, and should not hold the writer's lock.
        using var any = connection.Prepare("SELECT EXISTS (SELECT 1 FROM rejected_messages WHERE received_at < $oldest);", ("$oldest", SqliteType.Integer));
        using var delete = connection.Prepare(
            "DELETE FROM rejected_messages WHERE id IN (SELECT id FROM rejected_messages WHERE received_at < $oldest ORDER BY id LIMIT $rows);",
            ("$oldest", SqliteType.Integer), ("$rows", SqliteType.Integer));
        any.Bind(0, oldest);
        delete.Bind(0, oldest).Bind(1, RowsOfAStep);
        while ((long)any.ExecuteScalar()! != 0)
        {
            yield return delete.ExecuteNonQuery();
        }
    }
}
