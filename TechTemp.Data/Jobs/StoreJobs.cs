using Microsoft.Extensions.Logging;
using TechTemp.Data.Store;

namespace TechTemp.Data.Jobs;

/// <summary>
/// Lets one of the processes that use a store do a job that needs one: sealing, retention, replay. When that process ends or loses its connection,
/// another one does it within seconds. Nothing relies on there being only one: two of them would do the same work twice.
/// </summary>
public sealed partial class StoreJobs(IJobLocks locks, StoreState state, TimeProvider time, ILogger<StoreJobs> logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    /// <summary>Does a job for as long as this process is the one that does it, and waits to become that otherwise.</summary>
    /// <param name="job">The job's name.</param>
    /// <param name="work">Does it, until it is cancelled.</param>
    /// <param name="stoppingToken">Ends it.</param>
    public async Task RunAsync(string job, Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        await state.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await using var held = await locks.TryTakeAsync(job, stoppingToken);
                if (held is not null)
                {
                    await RunAsync(job, held, work, stoppingToken);
                }
            }
            catch (StoreException)
            {
                // The health check says what is wrong with the store.
            }

            await Task.Delay(s_interval, time, stoppingToken);
        }
    }

    private async Task RunAsync(string job, IJobLock held, Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, held.Lost);
        LogBegins(logger, job);
        try
        {
            await work(cancel.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            LogLost(logger, job);
        }
    }

    [LoggerMessage(70, LogLevel.Debug, "This process does the {Job} of the store")]
    private static partial void LogBegins(ILogger logger, string job);

    [LoggerMessage(71, LogLevel.Warning, "This process has lost the connection under which it did the {Job} of the store. Another one does it, or this one again")]
    private static partial void LogLost(ILogger logger, string job);
}
