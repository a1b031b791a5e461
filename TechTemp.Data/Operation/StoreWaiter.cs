using Microsoft.Extensions.Hosting;
using TechTemp.Data.Store;

namespace TechTemp.Data.Operation;

/// <summary>Waits until the owner of the schema has made it current.</summary>
internal sealed class StoreWaiter(IStoreSchema schema, StoreState state, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // A store of another program ends this one at its start. A store that is missing may still be made.
        if (!await IsCurrentAsync(cancellationToken))
        {
            await base.StartAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        do
        {
            await Task.Delay(s_interval, time, stoppingToken);
        }
        while (!await IsCurrentAsync(stoppingToken));
    }

    private async Task<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await schema.IsCurrentAsync(cancellationToken))
            {
                return false;
            }
        }
        catch (StoreException e) when (schema.MayBeAway && e.IsTransient)
        {
            return false;
        }

        state.SetReady();
        return true;
    }
}
