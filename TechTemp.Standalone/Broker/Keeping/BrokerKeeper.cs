using TechTemp.Data.Sqlite.Broker;
using TechTemp.Data.Store;
using TechTemp.Standalone.Broker.Routing;

namespace TechTemp.Standalone.Broker.Keeping;

/// <summary>
/// Saves what has changed in the broker to the store, every five seconds, as Mosquitto does with our configuration, and puts it back at the start: clients that are away find
/// their session and its messages after a restart, and what they retained is still there.
/// </summary>
internal sealed partial class BrokerKeeper(BrokerKeeping store, MessageRouter router, BrokerOptions options, BrokerTelemetry telemetry, TimeProvider time, ILogger<BrokerKeeper> logger)
{
    // Each commit is a sync, after which ingest reads again what it remembers of the store.
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private bool _hasFailed;

    /// <summary>Puts back what was kept.</summary>
    public void Restore()
    {
        try
        {
            var kept = store.Load(time.GetUtcNow().ToUnixTimeMilliseconds(), options.QueuedBytes + options.RetainedBytes);
            router.Restore(kept);
            telemetry.Dropped(DropReason.SessionFull, kept.Dropped);
        }
        catch (StoreException e)
        {
            LogNotRestored(logger, e.Message);
        }
    }

    /// <summary>Saves until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Save();
            }
        }
        catch (OperationCanceledException)
        {
            // The last time is after the last connection.
        }
    }

    /// <summary>Saves what has changed. A store that fails is tried again with the next change.</summary>
    public void Save()
    {
        var changes = router.TakeChanges();
        if (changes.IsEmpty)
        {
            return;
        }

        try
        {
            store.Save(changes);
            _hasFailed = false;
        }
        catch (StoreException e)
        {
            router.PutBack(changes);
            if (!_hasFailed)
            {
                LogNotSaved(logger, e.Message);
            }

            _hasFailed = true;
        }
    }

    [LoggerMessage(43, LogLevel.Warning, "The broker's sessions and retained messages could not be read: {Message}")]
    private static partial void LogNotRestored(ILogger logger, string message);

    [LoggerMessage(44, LogLevel.Warning, "The broker's sessions and retained messages could not be saved, trying again: {Message}")]
    private static partial void LogNotSaved(ILogger logger, string message);
}
