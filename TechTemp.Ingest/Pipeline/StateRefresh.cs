using TechTemp.Data.Store;
using TechTemp.Data.Writing;

namespace TechTemp.Ingest.Pipeline;

/// <summary>
/// Hands the states of what was committed to the publisher: each batch's at once, and within a second those that somebody
/// else made: the API with a posted or replayed reading or a moved device, a restored backup, this process before it was killed.
/// </summary>
public sealed class StateRefresh(ReadingWriter writer, StatePublisher publisher, StoreState store, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        writer.Committed += publisher.Publish;
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await store.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(s_interval, time);
        do
        {
            try
            {
                await writer.TellChangesAsync(publisher.PublishChanges, stoppingToken);
            }
            catch (StoreException)
            {
                // The pipeline and the health check say what is wrong with the store.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
