using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Operation;

/// <summary>Logs within a second that the store's file has gone, and that it is back: before the next reading comes, which may take an hour.</summary>
internal sealed partial class StorePresence(StoreConnections connections, StoreState state, TimeProvider time, ILogger<StorePresence> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private bool _isGone;

    /// <summary>Looks once.</summary>
    internal void Look()
    {
        var trouble = Trouble();
        if (trouble is not null && !_isGone)
        {
            LogGone(logger, trouble);
        }
        else if (trouble is null && _isGone)
        {
            LogBack(logger, connections.Path);
        }

        _isGone = trouble is not null;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.WaitAsync(stoppingToken);
        LogStore(logger, connections.Path);
        for (; ; await Task.Delay(s_interval, time, stoppingToken))
        {
            Look();
        }
    }

    private string? Trouble()
    {
        if (!File.Exists(connections.Path))
        {
            return $"The store '{connections.Path}' is gone: it was removed or moved. No reading can be stored until it is back.";
        }

        try
        {
            // Notices that the connections of the pool are those of another file, and opens new ones.
            using var connection = connections.Open();
            return null;
        }
        catch (SqliteStoreException e)
        {
            return $"The store '{connections.Path}' cannot be opened: {e.Message}";
        }
    }

    [LoggerMessage(54, LogLevel.Error, "{Trouble}")]
    private static partial void LogGone(ILogger logger, string trouble);

    [LoggerMessage(55, LogLevel.Information, "The store '{Path}' is back")]
    private static partial void LogBack(ILogger logger, string path);

    [LoggerMessage(56, LogLevel.Information, "Store: {Path}")]
    private static partial void LogStore(ILogger logger, string path);
}
