using Microsoft.Extensions.Options;
using TechTemp.Data.Jobs;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Store;

namespace TechTemp.Ingest.Pipeline;

/// <summary>Seals the readings of finished days, and tells how far it is where there is much to do: in a store of a version without pages.</summary>
public sealed partial class Sealing(ReadingSealing sealing, StoreJobs jobs, IOptions<SealingOptions> options, TimeProvider time, ILogger<Sealing> logger) : BackgroundService
{
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_telling = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => jobs.RunAsync("sealing", RunAsync, stoppingToken);

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SealInterval, time);
        do
        {
            try
            {
                await SealAsync(stoppingToken);
            }
            catch (StoreException e)
            {
                LogFailed(logger, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SealAsync(CancellationToken stoppingToken)
    {
        var all = default(Sealed);
        var told = time.GetTimestamp();
        var start = told;
        await foreach (var step in sealing.SealAsync(e => LogDamaged(logger, e.Message), stoppingToken))
        {
            all += step;
            var took = time.GetElapsedTime(start);
            if (time.GetElapsedTime(told) >= s_telling)
            {
                told = time.GetTimestamp();
                LogProgress(logger, all.Readings, all.Days);
            }

            // As long as the step took: whoever writes has half of the time.
            await Task.Delay(took > s_shortestPause ? took : s_shortestPause, time, stoppingToken);
            start = time.GetTimestamp();
        }

        if (all.Days > 0)
        {
            LogSealed(logger, all.Readings, all.Days, all.Bytes / 1e6);
        }
    }

    [LoggerMessage(23, LogLevel.Warning, "Finished days could not be sealed: {Message} Trying again later")]
    private static partial void LogFailed(ILogger logger, string message);

    [LoggerMessage(24, LogLevel.Error, "{Message} Late readings of that time stay beside it; restore a backup, or remove the readings of that day")]
    private static partial void LogDamaged(ILogger logger, string message);

    [LoggerMessage(25, LogLevel.Information, "Sealing: {Readings} readings of {Days} days so far")]
    private static partial void LogProgress(ILogger logger, long readings, int days);

    [LoggerMessage(26, LogLevel.Information, "Sealed {Readings} readings of {Days} days in {Megabytes:F1} MB")]
    private static partial void LogSealed(ILogger logger, long readings, int days, double megabytes);
}
