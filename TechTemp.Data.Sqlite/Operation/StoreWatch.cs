using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechTemp.Data.Sqlite.Backup;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Operation;

/// <summary>
/// Watches what other processes do to the store as a whole: logs a restore, and stops writing to a store whose schema becomes
/// one that TechTemp has not made.
/// </summary>
internal sealed partial class StoreWatch(StoreConnections connections, StoreSchema schema, StoreState state, TimeProvider time, ILogger<StoreWatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private long? _restored;
    private long? _schemaVersion;

    /// <summary>Looks once.</summary>
    internal void Look()
    {
        try
        {
            using var connection = connections.Open();
            var restored = RestoreMark.Read(connection);
            var isRestored = restored != _restored;
            if (isRestored && _restored is not null)
            {
                LogRestored(logger, connections.Path, RestoreMark.Time(restored), StoreContent.Of(connection));
            }

            _restored = restored;
            // Changed by every statement that changes the schema.
            var version = connection.ScalarLong("PRAGMA schema_version;");
            if (version != _schemaVersion || isRestored)
            {
                Judge(schema.FindForeign(connection));
                _schemaVersion = version;
            }
        }
        catch (SqliteStoreException)
        {
            // A store that fails is for those who use it to report.
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.WaitAsync(stoppingToken);
        for (; ; await Task.Delay(s_interval, time, stoppingToken))
        {
            Look();
        }
    }

    private void Judge(string? foreign)
    {
        if (foreign is not null && foreign != state.Foreign)
        {
            LogForeign(logger, foreign);
        }

        state.Foreign = foreign;
    }

    [LoggerMessage(52, LogLevel.Warning, "The store '{Path}' was replaced by a restore at {Restored:u}: {Content}")]
    private static partial void LogRestored(ILogger logger, string path, DateTimeOffset restored, StoreContent content);

    [LoggerMessage(53, LogLevel.Critical, "Nothing is written to the store any more: {Foreign}")]
    private static partial void LogForeign(ILogger logger, string foreign);
}
