using Microsoft.Extensions.Options;
using TechTemp.Data.Instances;
using TechTemp.Data.Store;
using TechTemp.Ingest.Instances;

namespace TechTemp.Ingest.Mqtt;

/// <summary>
/// Fetches what the broker has queued in the sessions of client ids that this worker had before, and ends them. Begins when the subscriptions
/// of the present client id stand: what is published meanwhile then comes twice, and nothing is missed.
/// </summary>
public sealed class FormerSessions(
    MqttIngest ingest,
    SessionDrain drain,
    InstanceWatch instances,
    BrokerSessions sessions,
    WorkerShare share,
    IOptions<WorkerOptions> worker,
    IOptions<MqttSessionOptions> sessionOptions,
    TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var clientId in await ingest.Subscribed.WaitAsync(stoppingToken))
        {
            var homes = share.Division?.Homes.Where(h => h.Worker == worker.Value.Name).Select(h => h.Home).ToList() ?? [];
            await drain.EndAsync(clientId, homes, instances.ConfirmAsync, stoppingToken);
            while (!await TryForgetAsync(clientId, stoppingToken))
            {
                await Task.Delay(s_pause, time, stoppingToken);
            }
        }
    }

    private async Task<bool> TryForgetAsync(string clientId, CancellationToken cancellationToken)
    {
        try
        {
            await sessions.ForgetAsync(clientId, sessionOptions.Value.ClientId, cancellationToken);
            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }
}
