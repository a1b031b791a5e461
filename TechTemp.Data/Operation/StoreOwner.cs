using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechTemp.Data.Store;

namespace TechTemp.Data.Operation;

/// <summary>Brings the schema up to date before the host starts; where the store is a server that is away, as soon as it comes.</summary>
internal sealed partial class StoreOwner(IStoreSchema schema, StoreState state, TimeProvider time, ILogger<StoreOwner> logger) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await MigrateAsync(cancellationToken);
        }
        catch (StoreException e) when (schema.MayBeAway && e.IsTransient)
        {
            LogAway(logger, e.Message);
            await base.StartAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!state.IsReady)
        {
            await Task.Delay(s_pause, time, stoppingToken);
            try
            {
                await MigrateAsync(stoppingToken);
            }
            catch (StoreException e) when (e.IsTransient)
            {
                // Logged at the start; health says it for as long as it lasts.
            }
        }
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await schema.MigrateAsync(cancellationToken);
        state.SetReady();
    }

    [LoggerMessage(69, LogLevel.Warning, "The store cannot be reached yet: {Message} Trying again until it can")]
    private static partial void LogAway(ILogger logger, string message);
}
