using TechTemp.Data.Operation;
using TechTemp.Data.Sqlite.Connections;

namespace TechTemp.Data.Sqlite.Operation;

/// <summary>Looks for the file, and reads from it.</summary>
internal sealed class SqliteProbe(StoreConnections connections) : IStoreProbe
{
    /// <inheritdoc />
    public string Name => connections.Path;

    /// <inheritdoc />
    public ValueTask<StoreFinding> LookAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new StoreFinding(Trouble()));
    }

    private string? Trouble()
    {
        // An open connection would go on reading a file that was removed.
        if (!File.Exists(connections.Path))
        {
            return $"The store '{connections.Path}' is gone: it was removed or moved. No reading can be stored until it is back.";
        }

        try
        {
            // Notices too that the connections of the pool are those of another file, and opens new ones.
            using var connection = connections.Open();
            connection.ScalarLong("SELECT count(*) FROM (SELECT 1 FROM devices LIMIT 1);");
            return null;
        }
        catch (SqliteStoreException e)
        {
            return $"The store '{connections.Path}' cannot be read: {e.Message}";
        }
    }
}
