using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechTemp.Data.Jobs;
using TechTemp.Data.Rejections;
using TechTemp.Data.Store;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Replay;

/// <summary>
/// Stores the readings that are held because they were dated after this machine's clock, as soon as the clock has caught up: all at once when the clock is
/// set, one after the other when a sensor's clock is ahead. In steps, each a short transaction, so that ingest does not wait for all of them. It needs no
/// memory: what is held stands in the store.
/// </summary>
public sealed partial class FutureReplay(
    IStoreSql sql, MessageReplay messages, StoreJobs jobs, TimeProvider time, ILogger<FutureReplay> logger) : BackgroundService
{
    private const int MessagesOfAChunk = 250;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    // Messages that were refused for another reason before can become ones of the future, with ids that were passed: they are found by looking at all again.
    private static readonly TimeSpan s_forget = TimeSpan.FromHours(1);

    // What waits of each device: up to which id, and the earliest time among them. Without it every look would parse all of them.
    private readonly Dictionary<string, (long LastId, long Earliest)> _waiting = [];
    private long _rememberedSince;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => jobs.RunAsync("replay", RunAsync, stoppingToken);

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        _rememberedSince = time.GetTimestamp();
        for (var hasFailed = false; ; await Task.Delay(s_interval, time, stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
                hasFailed = false;
            }
            catch (StoreException e)
            {
                if (!hasFailed)
                {
                    LogFailed(logger, e.Message);
                }

                hasFailed = true;
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(_rememberedSince) >= s_forget)
        {
            _waiting.Clear();
            _rememberedSince = time.GetTimestamp();
        }

        var pace = new BulkPace(time);
        var devices = await FutureMessages.DevicesAsync(sql, cancellationToken);
        foreach (var device in devices)
        {
            var now = time.GetUtcNow();
            var latest = (now + ReadingRules.MaxAhead).ToUnixTimeMilliseconds();
            if (!_waiting.TryGetValue(device.DeviceUid, out var waiting) || waiting.Earliest <= latest)
            {
                waiting = (0, long.MaxValue);
            }

            if (device.NewestId > waiting.LastId)
            {
                _waiting.Remove(device.DeviceUid);
                _waiting[device.DeviceUid] = await ReplayAsync(device.DeviceUid, waiting, now.ToUnixTimeMilliseconds(), pace, cancellationToken);
            }
        }

        foreach (var gone in _waiting.Keys.Except(devices.Select(d => d.DeviceUid)).ToList())
        {
            _waiting.Remove(gone);
        }
    }

    private async Task<(long LastId, long Earliest)> ReplayAsync(
        string device, (long LastId, long Earliest) waiting, long now, BulkPace pace, CancellationToken cancellationToken)
    {
        var (last, earliest) = waiting;
        var stored = 0;
        while (true)
        {
            var chunk = await FutureMessages.ChunkAsync(sql, device, last, MessagesOfAChunk, now, cancellationToken);
            var due = new List<long>();
            foreach (var (id, message) in chunk)
            {
                last = id;
                if (message.Rejection?.Reason == RejectionReasons.InFuture)
                {
                    earliest = Math.Min(earliest, message.Measurement.Ts);
                }
                else
                {
                    due.Add(id);
                }
            }

            stored += await ReplayAsync(due, pace, cancellationToken);
            if (chunk.Count < MessagesOfAChunk)
            {
                break;
            }
        }

        if (stored > 0)
        {
            LogStored(logger, stored, device);
        }

        return (last, earliest);
    }

    private async Task<int> ReplayAsync(List<long> due, BulkPace pace, CancellationToken cancellationToken)
    {
        var stored = 0;
        var filter = new RejectedFilter { Ids = due };
        for (long? after = due.Count > 0 ? 0 : null; after is { } last;)
        {
            await pace.NextAsync(cancellationToken);
            var step = await messages.NextAsync(filter, last, cancellationToken);
            stored += step.Stored;
            after = step.Last;
            // Ingest has the lock in half of the time, whether it writes at the moment or not.
            pace.Done(othersWrote: true);
        }

        return stored;
    }

    [LoggerMessage(62, LogLevel.Information, "Stored {Count} readings of device {Device} that were held because they were dated after this machine's clock")]
    private static partial void LogStored(ILogger logger, int count, string device);

    [LoggerMessage(63, LogLevel.Warning, "Could not store held readings that were dated after this machine's clock: {Message} Trying again until it works")]
    private static partial void LogFailed(ILogger logger, string message);
}
