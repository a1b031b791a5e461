using Microsoft.Extensions.Options;
using TechTemp.Data.Instances;
using TechTemp.Data.Store;
using TechTemp.Data.Workers;
using TechTemp.Ingest.Instances;

namespace TechTemp.Ingest.Mqtt;

/// <summary>
/// Fetches what the broker has queued for workers that are no more, and ends their sessions. The first worker does it for those that were retired and have given up their
/// homes, and for the process without a name that there was before; a process without a name for every worker that there was before.
/// </summary>
public sealed partial class RetiredWorkers(
    MqttIngest ingest,
    WorkerShare share,
    WorkerRegistry workers,
    InstanceRegistry instances,
    BrokerSessions sessions,
    SessionDrain drain,
    IOptions<WorkerOptions> options,
    IOptions<MqttSessionOptions> session,
    TimeProvider time,
    ILogger<RetiredWorkers> logger) : BackgroundService
{
    private const string Unnamed = "";
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> _alive = [];

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ingest.Subscribed.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                if (options.Value.IsOneOfSeveral ? !await EndRetiredAsync(stoppingToken) : await EndAllAsync(stoppingToken))
                {
                    return;
                }
            }
            catch (Exception e) when (e is StoreException or WorkerIsBackException)
            {
                // The store's health check says what is wrong; a worker that is back has its session again.
            }

            await Task.Delay(s_interval, time, stoppingToken);
        }
    }

    /// <returns>True: it goes on for as long as this process runs.</returns>
    private async Task<bool> EndRetiredAsync(CancellationToken cancellationToken)
    {
        if (!share.Leads || share.Division is not { } division)
        {
            return true;
        }

        if ((await sessions.OfWorkerAsync(session.Value.ClientId, Unnamed, cancellationToken)).Count > 0)
        {
            await EndAsync(Unnamed, [], cancellationToken);
        }

        foreach (var worker in division.Workers.Where(w => w.IsRetired))
        {
            // As stored now: the division was read a moment ago.
            var homes = (await workers.ReadAsync(cancellationToken)).Homes.Where(h => h.Worker == worker.Worker).ToList();
            if (homes.All(h => h.IsReleased) && await workers.IsRetiredAsync(worker.Worker, cancellationToken))
            {
                await EndAsync(worker.Worker, [.. homes.Select(h => h.Home)], cancellationToken);
            }
        }

        return true;
    }

    /// <returns>Whether there is no worker any more.</returns>
    private async Task<bool> EndAllAsync(CancellationToken cancellationToken)
    {
        var division = await workers.ReadAsync(cancellationToken);
        // The first worker first: while it lives, it discards what others are to store.
        foreach (var worker in division.Workers.OrderByDescending(w => w.Worker == division.First).Select(w => w.Worker))
        {
            if (!await EndAsync(worker, [.. division.Homes.Where(h => h.Worker == worker).Select(h => h.Home)], cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>False when the worker's process lives.</returns>
    private async Task<bool> EndAsync(string worker, IReadOnlyList<string> homes, CancellationToken cancellationToken)
    {
        var claim = new InstanceClaim(instances, worker, time);
        if (!await claim.TryTakeAsync(cancellationToken))
        {
            if (_alive.Add(worker))
            {
                LogAlive(logger, worker);
            }

            return false;
        }

        try
        {
            foreach (var clientId in await sessions.OfWorkerAsync(session.Value.ClientId, worker, cancellationToken))
            {
                await drain.EndAsync(clientId, homes, claim.ConfirmAsync, cancellationToken);
                await claim.ConfirmAsync(cancellationToken);
                await sessions.ForgetAsync(clientId, session.Value.ClientId, cancellationToken);
            }

            await claim.ConfirmAsync(cancellationToken);
            await workers.RemoveAsync(worker, cancellationToken);
            _alive.Remove(worker);
            LogEnded(logger, worker);
            return true;
        }
        finally
        {
            await claim.LeaveAsync(CancellationToken.None);
        }
    }

    [LoggerMessage(42, LogLevel.Information, "The sessions of worker '{Worker}', which is no more, have ended")]
    private static partial void LogEnded(ILogger logger, string worker);

    [LoggerMessage(43, LogLevel.Warning, "Worker '{Worker}' is to leave and still runs. Its sessions end when its process has")]
    private static partial void LogAlive(ILogger logger, string worker);
}
