using TechTemp.Data.Sqlite.Connections;
using TechTemp.Readings.Storage;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>Opens snapshots of the file.</summary>
internal sealed class ReadingStore(StoreConnections connections) : IReadingStore
{
    /// <inheritdoc />
    public ValueTask<IReadingSnapshot> OpenAsync(string subject, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var reader = connections.Read(subject);
        try
        {
            reader.BeginSnapshot();
            return new(new ReadingSnapshot(reader));
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }
}
