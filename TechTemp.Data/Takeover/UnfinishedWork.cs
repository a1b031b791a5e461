using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Replay;
using TechTemp.Data.Store;
using TechTemp.Data.Work;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Takeover;

/// <summary>
/// Finishes work in steps that no process is at any more: the replay of held readings after the first of them, and what a process that was killed or stopped has left.
/// Every process of a store looks, and one of them gets each piece of work.
/// </summary>
public sealed partial class UnfinishedWork(
    WorkRegistry work, HeldReplay replay, ReadingRemoval removal, StoreState state, TimeProvider time, ILogger<UnfinishedWork> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private bool _hasFailed;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.WaitAsync(stoppingToken);
        for (var isAdded = false; ; await Task.Delay(s_interval, time, stoppingToken))
        {
            try
            {
                if (!isAdded)
                {
                    await work.AddReplaysAsync(RejectionReasons.UnknownDevice, stoppingToken);
                    isAdded = true;
                }

                await LookAsync(stoppingToken);
                _hasFailed = false;
            }
            catch (StoreException e)
            {
                if (!_hasFailed)
                {
                    LogFailed(logger, e.Message);
                }

                _hasFailed = true;
            }
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        foreach (var silent in await work.SilentAsync(stoppingToken))
        {
            stoppingToken.ThrowIfCancellationRequested();
            if (await work.TakeOverAsync(silent) is { } claim)
            {
                await FinishAsync(claim, stoppingToken);
            }
        }
    }

    private async Task FinishAsync(WorkClaim claim, CancellationToken stoppingToken)
    {
        try
        {
            if (claim.Kind == WorkKind.Replay)
            {
                await replay.FinishAsync(claim, stoppingToken);
            }
            else
            {
                LogTakenOver(logger, claim.Kind, claim.DeviceId);
                await removal.FinishAsync(claim, stoppingToken);
            }
        }
        catch (WorkTakenOverException)
        {
            // The other process goes on.
        }
        catch (OperationCanceledException)
        {
            // Another process need not wait.
            await work.ReleaseAsync(claim);
            throw;
        }
        catch (Exception e) when (e is not StoreException)
        {
            LogImpossible(logger, e, claim.Kind, claim.DeviceId);
        }
    }

    [LoggerMessage(59, LogLevel.Warning, "Could not go on with unfinished work: {Message} Trying again until it works")]
    private static partial void LogFailed(ILogger logger, string message);

    [LoggerMessage(72, LogLevel.Information, "Goes on with the {Kind} of readings of device {DeviceId}, which another process has begun")]
    private static partial void LogTakenOver(ILogger logger, WorkKind kind, int deviceId);

    [LoggerMessage(73, LogLevel.Error, "The {Kind} of readings of device {DeviceId}, which another process has begun, cannot be finished")]
    private static partial void LogImpossible(ILogger logger, Exception exception, WorkKind kind, int deviceId);
}
