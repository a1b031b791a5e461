using Microsoft.Data.Sqlite;
using TechTemp.Data.Rejections;

namespace TechTemp.Ingest.Pipeline;

/// <summary>Lets rejected messages go when they are old enough.</summary>
public sealed partial class RejectionRetention(
    IServiceScopeFactory scopes, IngestTelemetry telemetry, TimeProvider time, ILogger<RejectionRetention> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        do
        {
            await DropAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task DropAsync(CancellationToken stoppingToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var dropped = await scope.ServiceProvider.GetRequiredService<RejectedMessages>().DropOldAsync(stoppingToken);
            telemetry.DroppedRejections(dropped);
        }
        catch (SqliteException e)
        {
            LogFailed(logger, e.Message);
        }
    }

    [LoggerMessage(20, LogLevel.Warning, "Old rejected messages could not be dropped: {Message} Trying again in an hour")]
    private static partial void LogFailed(ILogger logger, string message);
}
