using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace TechTemp.Api.Live;

/// <summary>Who listens to the live stream: each gets what it has not had yet, as fast as it takes it.</summary>
internal sealed partial class LiveListeners(
    LiveStates states, LiveTelemetry telemetry, IOptions<LiveOptions> options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<LiveListeners> logger)
{
    // What a listener may have in this process at once beside what waits in its socket.
    private const int MaxUnflushed = 16 * 1024;
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(1);

    private readonly LiveOptions _options = options.Value;
    private int _count;

    /// <summary>Sends events until the listener or this process goes.</summary>
    /// <param name="context">The listener's request.</param>
    /// <param name="wanted">Which readings it asked for.</param>
    /// <param name="lastEventId">The id of the last event that it had; null for none.</param>
    /// <returns>False at once, and nothing sent, when there are too many.</returns>
    public async Task<bool> TryServeAsync(HttpContext context, Func<LiveEvent, bool> wanted, string? lastEventId)
    {
        if (Interlocked.Increment(ref _count) > _options.MaxListeners)
        {
            Interlocked.Decrement(ref _count);
            telemetry.Refused();
            return false;
        }

        telemetry.Came();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await SendAsync(context, wanted, states.PositionOf(lastEventId), ended.Token);
            if (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                _ = CloseSoonAsync(context.Features.GetRequiredFeature<IConnectionLifetimeFeature>());
            }
        }
        catch (TimeoutException)
        {
            telemetry.Dropped();
            LogDropped(logger, _options.SendTimeout.TotalSeconds);
            context.Abort();
        }
        catch (OperationCanceledException)
        {
            // In the middle of what it would not take: a good end would have to wait for that.
            context.Abort();
        }
        finally
        {
            telemetry.Left();
            Interlocked.Decrement(ref _count);
        }

        return true;
    }

    private async Task SendAsync(HttpContext context, Func<LiveEvent, bool> wanted, long? position, CancellationToken ended)
    {
        var output = context.Response.BodyWriter;
        output.Write("retry: 3000\n\n"u8);
        await FlushAsync(output, ended);
        var sentAt = time.GetTimestamp();
        while (!ended.IsCancellationRequested)
        {
            var batch = states.After(position);
            position = batch.Position;
            if (await SendAsync(output, batch.Events, wanted, ended))
            {
                sentAt = time.GetTimestamp();
            }
            else if (time.GetElapsedTime(sentAt) >= _options.Heartbeat)
            {
                output.Write(": heartbeat\n\n"u8);
                await FlushAsync(output, ended);
                sentAt = time.GetTimestamp();
            }

            var silence = _options.Heartbeat - time.GetElapsedTime(sentAt);
            await batch.Changed.WaitAsync(silence > TimeSpan.Zero ? silence : TimeSpan.Zero, time, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> SendAsync(PipeWriter output, IReadOnlyList<LiveEvent> events, Func<LiveEvent, bool> wanted, CancellationToken ended)
    {
        var (sent, unflushed) = (0, 0);
        foreach (var next in events.Where(wanted))
        {
            output.Write(next.Frame.Span);
            sent++;
            unflushed += next.Frame.Length;
            if (unflushed >= MaxUnflushed)
            {
                await FlushAsync(output, ended);
                unflushed = 0;
            }
        }

        if (unflushed > 0)
        {
            await FlushAsync(output, ended);
        }

        telemetry.Sent(sent);
        return sent > 0;
    }

    // Completes at once unless more waits for the listener than Kestrel holds for a connection (64 KiB).
    private async ValueTask FlushAsync(PipeWriter output, CancellationToken ended)
    {
        var flush = output.FlushAsync(ended);
        if (!flush.IsCompletedSuccessfully)
        {
            await flush.AsTask().WaitAsync(_options.SendTimeout, time, ended);
        }
    }

    // An answer that ended in good order still waits until the listener has taken what is on its way, and the stop of this
    // process with it.
    private async Task CloseSoonAsync(IConnectionLifetimeFeature connection)
    {
        await Task.Delay(s_goodbye, time);
        connection.Abort();
    }

    [LoggerMessage(61, LogLevel.Information, "Closed a listener that took nothing for {Seconds} s")]
    private static partial void LogDropped(ILogger logger, double seconds);
}
