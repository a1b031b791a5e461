using TechTemp.Data.Sqlite.Connections;
using TechTemp.Readings.Storage;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>Opens snapshots of the file.</summary>
internal sealed class SqliteReadingStore(StoreConnections connections) : IReadingStore
{
    /// <inheritdoc />
    public ValueTask<IReadingSnapshot> OpenAsync(string subject, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var reader = connections.Read(subject);
        try
        {
            reader.BeginSnapshot();
            return new(new SqliteReadingSnapshot(reader));
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }
}
