using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Protocol;
using TechTemp.Clients.Device.Settings;
using TechTemp.Clients.Device.Spool;

namespace TechTemp.Clients.Device.Sending;

/// <summary>
/// Sends what the spool keeps, oldest first, and lets go of what is acknowledged. Each connection begins with everything that is kept;
/// on one connection a reading is sent again after a silence. At most a window of readings waits for its acknowledgement, so that
/// a server that is away for days is not sent the same days again and again.
/// </summary>
internal sealed partial class SpoolSender(
    DeviceOptions device, BrokerOptions broker, ReadingSpool spool, LinkFaults faults, TimeProvider time, ILogger logger)
{
    private const int Window = 1000;
    private const int MaxBatch = 100;
    private static readonly TimeSpan s_network = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_leave = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_firstState = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly DeviceTopics _topics = new(device.Home, device.Id!);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _sent = spool.PossiblySent;
    private int _batch = MaxBatch;
    private MqttClientPublishReasonCode _refusal;

    /// <summary>Sends until cancelled, then says goodbye.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        spool.Appended += Wake;
        var options = BrokerConnection.Options(broker, $"techtemp-{device.Home}-{device.Id}", _topics.Status);
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            var connected = false;
            try
            {
                await UntilReachableAsync(stopping);
                using var client = new MqttClientFactory().CreateMqttClient();
                await ConnectAsync(client, options, stopping);
                connected = true;
                failures = 0;
                LogConnected(logger, device.Id!, BrokerConnection.Describe(broker), spool.Count);
                await UseAsync(client, stopping);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            // Connections go in many ways, and MQTTnet has an exception for each.
            catch (Exception e)
            {
                // Said once; a broker that is away for days would otherwise fill the log.
                if (connected)
                {
                    LogLost(logger, device.Id!, BrokerConnection.Describe(broker), e.GetBaseException().Message);
                }
                else if (failures++ == 0)
                {
                    LogUnreachable(logger, device.Id!, BrokerConnection.Describe(broker), e.GetBaseException().Message);
                }
            }

            await Task.Delay(Pause(failures), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ConnectAsync(IMqttClient client, MqttClientOptions options, CancellationToken stopping)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.ApplicationMessageReceivedAsync += e =>
        {
            Hear(DeviceMessages.AckedSeq(e.ApplicationMessage.Payload));
            heard.TrySetResult();
            return Task.CompletedTask;
        };
        client.DisconnectedAsync += _ =>
        {
            Wake();
            return Task.CompletedTask;
        };
        using var timeout = Timeout(s_network, stopping);
        var result = await client.ConnectAsync(options, timeout.Token);
        if (result.ResultCode != MqttClientConnectResultCode.Success)
        {
            throw new InvalidOperationException($"the broker refused the connection ({result.ResultCode})");
        }

        // More than the broker takes at once would make it close the connection (MQTT 5, section 3.3.4). MQTTnet's own broker leaves it out, as 0.
        _batch = result.ReceiveMaximum is > 0 and < MaxBatch and var most ? (int)most : MaxBatch;
        if (device.AcknowledgedBy == Acknowledgement.Store)
        {
            await client.SubscribeAsync(_topics.State, MqttQualityOfServiceLevel.AtLeastOnce, timeout.Token);
            // The retained state, which saves sending again what is stored; a new device has none.
            await Task.WhenAny(heard.Task, Task.Delay(s_firstState, timeout.Token));
        }

        await client.PublishAsync(Status(DeviceMessages.Online), timeout.Token);
    }

    private async Task UseAsync(IMqttClient client, CancellationToken stopping)
    {
        try
        {
            await SendAsync(client, stopping);
        }
        finally
        {
            if (client.IsConnected && (stopping.IsCancellationRequested || faults.IsAway(time.GetUtcNow())))
            {
                await LeaveAsync(client);
            }
        }
    }

    private async Task SendAsync(IMqttClient client, CancellationToken stopping)
    {
        var cursor = spool.Oldest;
        var oldest = cursor;
        var silence = device.ResendAfter;
        var silentSince = time.GetTimestamp();
        long? refusedAt = null;
        while (!faults.IsAway(time.GetUtcNow()))
        {
            stopping.ThrowIfCancellationRequested();
            if (!client.IsConnected)
            {
                throw new InvalidOperationException("the connection was closed");
            }

            if (spool.Oldest > oldest || cursor <= spool.Oldest)
            {
                // Something was acknowledged, or nothing waits for it.
                (silence, silentSince) = (device.ResendAfter, time.GetTimestamp());
            }

            oldest = spool.Oldest;
            cursor = Math.Max(cursor, oldest);
            if (refusedAt is { } at && device.ResendAfter - time.GetElapsedTime(at) is var left && left > TimeSpan.Zero)
            {
                await WaitAsync(left, stopping);
                continue;
            }

            var room = (int)Math.Min(oldest + Window - cursor, _batch);
            IReadOnlyList<NumberedReading> batch = room > 0 ? spool.Read(cursor, room) : [];
            if (batch.Count > 0)
            {
                var refused = await PublishAsync(client, batch, stopping);
                cursor = refused ?? batch[^1].Seq + 1;
                refusedAt = refused is null ? null : time.GetTimestamp();
            }
            else if (cursor > oldest && time.GetElapsedTime(silentSince) >= silence)
            {
                LogSilence(logger, device.Id!, silence, cursor - oldest);
                silence = silence * 2 < s_longestSilence ? silence * 2 : s_longestSilence;
                (cursor, silentSince) = (oldest, time.GetTimestamp());
            }
            else
            {
                await WaitAsync(cursor > oldest ? silence - time.GetElapsedTime(silentSince) : s_longestSilence, stopping);
            }
        }
    }

    // The number of the first reading that the broker did not take: what follows it waits as well, since numbers are let go in their order.
    private async Task<long?> PublishAsync(IMqttClient client, IReadOnlyList<NumberedReading> batch, CancellationToken stopping)
    {
        var oldest = spool.Oldest;
        // Before they go: an acknowledgement may be quicker than this thread.
        Interlocked.Exchange(ref _sent, Math.Max(Interlocked.Read(ref _sent), batch[^1].Seq));
        using var timeout = Timeout(s_network, stopping);
        var results = await Task.WhenAll(batch.Select(numbered => client.PublishReadingAsync(Message(numbered, oldest), timeout.Token)));
        foreach (var numbered in batch.Where(b => faults.IsSentTwice(b.Seq)))
        {
            await client.PublishReadingAsync(Message(numbered, oldest), timeout.Token);
        }

        for (var i = 0; i < results.Length; i++)
        {
            if (!Accepted(results[i].ReasonCode))
            {
                return batch[i].Seq;
            }

            if (device.AcknowledgedBy == Acknowledgement.Broker)
            {
                spool.Release(batch[i].Seq);
            }
        }

        return null;
    }

    private bool Accepted(MqttClientPublishReasonCode reason)
    {
        // Nobody has subscribed, so the broker keeps nothing: only a store that acknowledges by itself makes that good.
        var accepted = reason == MqttClientPublishReasonCode.Success
            || (reason == MqttClientPublishReasonCode.NoMatchingSubscribers && device.AcknowledgedBy == Acknowledgement.Store);
        if (!accepted && _refusal != reason)
        {
            LogRefused(logger, device.Id!, reason);
        }

        _refusal = accepted ? MqttClientPublishReasonCode.Success : reason;
        return accepted;
    }

    // A number that was never sent cannot have been acknowledged: such a state tells of an earlier life of this device.
    private void Hear(long? acked)
    {
        if (acked is { } number && number <= Interlocked.Read(ref _sent) && spool.Release(number))
        {
            Wake();
        }
    }

    private async Task LeaveAsync(IMqttClient client)
    {
        try
        {
            using var timeout = new CancellationTokenSource(s_leave);
            await client.PublishAsync(Status(DeviceMessages.Offline), timeout.Token);
            await client.DisconnectAsync(new MqttClientDisconnectOptions(), timeout.Token);
        }
        catch (Exception)
        {
            // The broker went first, whatever MQTTnet calls that; then it says offline by itself.
        }
    }

    private async Task UntilReachableAsync(CancellationToken stopping)
    {
        while (faults.IsAway(time.GetUtcNow()))
        {
            await Task.Delay(s_look, time, stopping);
        }
    }

    private async Task WaitAsync(TimeSpan longest, CancellationToken stopping)
    {
        longest = faults == LinkFaults.None || longest < s_look ? longest : s_look;
        using var end = new CancellationTokenSource(longest > TimeSpan.Zero ? longest : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, stopping);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Long enough.
        }
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private MqttApplicationMessage Message(in NumberedReading numbered, long oldest) => new MqttApplicationMessageBuilder()
        .WithTopic(_topics.Reading)
        .WithPayload(DeviceMessages.Reading(numbered, oldest))
        .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
        .Build();

    private MqttApplicationMessage Status(string status) => new MqttApplicationMessageBuilder()
        .WithTopic(_topics.Status)
        .WithPayload(status)
        .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
        .WithRetainFlag()
        .Build();

    // The network keeps its own time, whatever clock the device is given.
    private static CancellationTokenSource Timeout(TimeSpan after, CancellationToken stopping)
    {
        var timeout = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        timeout.CancelAfter(after);
        return timeout;
    }

    private static TimeSpan Pause(int failures)
    {
        var longest = Math.Min(s_longestPause.TotalMilliseconds, s_shortestPause.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 10)));
        // Jitter, so that not every device is back at the same moment; the randomness guards nothing.
#pragma warning disable CA5394
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
#pragma warning restore CA5394
    }

    [LoggerMessage(20, LogLevel.Information, "{Device}: connected to {Broker}, {Kept} readings kept")]
    private static partial void LogConnected(ILogger logger, string device, string broker, long kept);

    [LoggerMessage(21, LogLevel.Warning, "{Device}: lost the connection to {Broker}: {Message} Connecting again")]
    private static partial void LogLost(ILogger logger, string device, string broker, string message);

    [LoggerMessage(22, LogLevel.Warning, "{Device}: cannot connect to {Broker}: {Message} Trying again until it answers")]
    private static partial void LogUnreachable(ILogger logger, string device, string broker, string message);

    [LoggerMessage(23, LogLevel.Warning, "{Device}: nothing acknowledged for {Silence}; sending {Count} readings again. For a server that knows no acked_seq set Device:AcknowledgedBy to Broker")]
    private static partial void LogSilence(ILogger logger, string device, TimeSpan silence, long count);

    [LoggerMessage(24, LogLevel.Warning, "{Device}: the broker does not take its readings ({Reason}); they are kept")]
    private static partial void LogRefused(ILogger logger, string device, MqttClientPublishReasonCode reason);
}
