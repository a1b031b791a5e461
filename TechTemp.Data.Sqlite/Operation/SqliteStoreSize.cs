using TechTemp.Data.Operation;
using TechTemp.Data.Sqlite.Connections;

namespace TechTemp.Data.Sqlite.Operation;

/// <summary>Measures the file, its log and its disk.</summary>
internal sealed class SqliteStoreSize(StoreConnections connections) : IStoreSize
{
    /// <inheritdoc />
    public ValueTask<StoreSize> ReadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var connection = connections.Open();
        return new(new StoreSize(
            Length(connections.Path),
            Length(connections.Path + "-wal"),
            connection.ScalarLong("PRAGMA freelist_count;") * connection.ScalarLong("PRAGMA page_size;"),
            new DriveInfo(Path.GetDirectoryName(connections.Path)!).AvailableFreeSpace));
    }

    // A log that is not there is empty.
    private static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
