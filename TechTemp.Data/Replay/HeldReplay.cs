using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechTemp.Data.Rejections;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Replay;

/// <summary>
/// Stores the readings that were held for devices that are provisioned by now: in steps, each a short transaction, so that ingest does not
/// wait for all of them. It begins with what a process that was stopped has left.
/// </summary>
public sealed partial class HeldReplay(
    IStoreSql sql, MessageReplay messages, StoreState state, TimeProvider time, ILogger<HeldReplay> logger) : BackgroundService
{
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Channel<string> _devices = Channel.CreateUnbounded<string>();

    /// <summary>Takes a device whose readings are to be stored.</summary>
    public void Enqueue(string deviceUid) => _devices.Writer.TryWrite(deviceUid);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.WaitAsync(stoppingToken);
        foreach (var device in await TryAsync(() => ProvisionedWithHeldAsync(stoppingToken), stoppingToken))
        {
            Enqueue(device);
        }

        await foreach (var device in _devices.Reader.ReadAllAsync(stoppingToken))
        {
            await ReplayAsync(device, stoppingToken);
        }
    }

    private async Task ReplayAsync(string device, CancellationToken stoppingToken)
    {
        var pace = new BulkPace(time);
        var replayed = 0;
        for (long? after = 0; after is { } last;)
        {
            await pace.NextAsync(stoppingToken);
            var step = await TryAsync(() => messages.NextAsync(new(RejectionReasons.UnknownDevice, device), last, stoppingToken), stoppingToken);
            // Ingest has the lock in half of the time, whether it writes at the moment or not.
            pace.Done(othersWrote: true);
            replayed += step.Count;
            after = step.Last;
        }

        if (replayed > 0)
        {
            LogReplayed(logger, replayed, device);
        }
    }

    // Not by EF Core: mostly there are none, and a host would load it at its start for that.
    private async Task<List<string>> ProvisionedWithHeldAsync(CancellationToken cancellationToken) => await sql.QueryAsync(
        "SELECT DISTINCT r.device_uid FROM rejected_messages r JOIN devices d ON d.uid = r.device_uid AND d.provisioned WHERE r.reason = @reason;",
        row => row.GetString(0),
        cancellationToken,
        ("reason", RejectionReasons.UnknownDevice));

    private async Task<T> TryAsync<T>(Func<Task<T>> use, CancellationToken stoppingToken)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return await use();
            }
            catch (StoreException e)
            {
                if (isFirst)
                {
                    LogFailed(logger, e.Message);
                }
            }

            await Task.Delay(s_pauseAfterFailure, time, stoppingToken);
        }
    }

    [LoggerMessage(58, LogLevel.Information, "Replayed {Count} held messages of device {Device}")]
    private static partial void LogReplayed(ILogger logger, int count, string device);

    [LoggerMessage(59, LogLevel.Warning, "Could not store held readings: {Message} Trying again until it works")]
    private static partial void LogFailed(ILogger logger, string message);
}
