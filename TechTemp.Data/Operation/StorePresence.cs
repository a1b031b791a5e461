using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechTemp.Data.Store;

namespace TechTemp.Data.Operation;

/// <summary>
/// Logs within a second that the store has gone, and that it is back: before the next reading comes, which may take an hour. Logs too that the store
/// may lose what it has committed.
/// </summary>
internal sealed partial class StorePresence(IStoreProbe probe, StoreState state, TimeProvider time, ILogger<StorePresence> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private StoreFinding _last;

    /// <summary>Looks once.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var found = await probe.LookAsync(cancellationToken);
        if (found.Trouble is not null && _last.Trouble is null)
        {
            LogGone(logger, found.Trouble);
        }
        else if (found.Trouble is null && _last.Trouble is not null)
        {
            LogBack(logger, probe.Name);
        }

        if (found.Risk is not null && found.Risk != _last.Risk)
        {
            LogRisk(logger, found.Risk);
        }

        _last = found;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.WaitAsync(stoppingToken);
        LogStore(logger, probe.Name);
        for (; ; await Task.Delay(s_interval, time, stoppingToken))
        {
            await LookAsync(stoppingToken);
        }
    }

    [LoggerMessage(54, LogLevel.Error, "{Trouble}")]
    private static partial void LogGone(ILogger logger, string trouble);

    [LoggerMessage(55, LogLevel.Information, "The store '{Name}' is back")]
    private static partial void LogBack(ILogger logger, string name);

    [LoggerMessage(56, LogLevel.Information, "Store: {Name}")]
    private static partial void LogStore(ILogger logger, string name);

    [LoggerMessage(68, LogLevel.Critical, "{Risk}")]
    private static partial void LogRisk(ILogger logger, string risk);
}
