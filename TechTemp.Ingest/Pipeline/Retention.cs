using Microsoft.Extensions.Options;
using TechTemp.Data.Jobs;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Retention;
using TechTemp.Data.Store;

namespace TechTemp.Ingest.Pipeline;

/// <summary>Lets rejected messages and readings go when they are old enough.</summary>
public sealed partial class Retention(
    RejectionRetention rejections, ReadingRetention readings, StoreJobs jobs, IOptions<RetentionOptions> options, IngestTelemetry telemetry, TimeProvider time, ILogger<Retention> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    // Whoever waits for the write lock gets it between two steps. Not BulkPace: nobody waits for this, so it takes far less than half.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.LongestReadings() is { } longest && longest > options.Value.Readings)
        {
            LogLonger(logger, longest);
        }

        return jobs.RunAsync("retention", RunAsync, stoppingToken);
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        do
        {
            try
            {
                await DropRejectionsAsync(stoppingToken);
                await DropHeldAsync(stoppingToken);
                await DropReadingsAsync(stoppingToken);
            }
            catch (StoreException e)
            {
                LogFailed(logger, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task DropRejectionsAsync(CancellationToken stoppingToken)
    {
        await foreach (var dropped in rejections.DropAsync(stoppingToken))
        {
            telemetry.DroppedRejections(dropped);
            await Task.Delay(s_pause, time, stoppingToken);
        }
    }

    private async Task DropHeldAsync(CancellationToken stoppingToken)
    {
        await foreach (var losses in rejections.DropHeldAsync(stoppingToken))
        {
            telemetry.DroppedHeld(losses);
            foreach (var loss in losses)
            {
                LogDroppedHeld(logger, loss.Count, loss.DeviceUid, loss.Home);
            }

            await Task.Delay(s_pause, time, stoppingToken);
        }
    }

    private async Task DropReadingsAsync(CancellationToken stoppingToken)
    {
        var dropped = 0L;
        await foreach (var step in readings.DropAsync(stoppingToken))
        {
            dropped += step;
            await Task.Delay(s_pause, time, stoppingToken);
        }

        if (dropped > 0)
        {
            LogDropped(logger, dropped);
        }
    }

    [LoggerMessage(27, LogLevel.Warning, "There are no rollups any more: readings are kept for {Age}, as Retention:Rollups or Retention:CoarseRollups say. Set Retention:Readings to how long readings are to be kept, and remove these two")]
    private static partial void LogLonger(ILogger logger, TimeSpan age);

    [LoggerMessage(20, LogLevel.Warning, "What is too old could not be dropped: {Message} Trying again in an hour")]
    private static partial void LogFailed(ILogger logger, string message);

    [LoggerMessage(22, LogLevel.Warning, "Dropped {Count} held readings of {Device} in home {Home}, which are older than Retention:Held")]
    private static partial void LogDroppedHeld(ILogger logger, long count, string device, string home);

    [LoggerMessage(21, LogLevel.Information, "Dropped by retention: {Readings} readings")]
    private static partial void LogDropped(ILogger logger, long readings);
}
