using System.Diagnostics;
using System.Net.ServerSentEvents;
using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Live;

/// <summary>How news comes.</summary>
public enum FeedState
{
    /// <summary>Nobody looks, or the first answer is awaited.</summary>
    Starting,

    /// <summary>As it happens, over the event stream.</summary>
    Live,

    /// <summary>The stream is away; the API is asked every few seconds.</summary>
    Polling,

    /// <summary>The API does not answer.</summary>
    Unreachable,
}

/// <summary>
/// The newest reading of each device, as it comes: one event stream for all visitors of this process, open while somebody
/// looks. When the stream drops, the API is asked every few seconds until it is back, for ever.
/// </summary>
public sealed partial class LiveFeed(ApiConnection connection, ApiClient api, TimeProvider time, ILogger<LiveFeed> logger) : IAsyncDisposable
{
    // A page that is loaded again, and the step from its first rendering to its live one, keep the stream.
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(15);
    // A stream may be silent for a long time and still be there. A network that drops packets says nothing either: so the API is
    // asked for a sign of life after as long a silence, and the loss is known within seven seconds.
    private static readonly TimeSpan s_probe = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_watch = TimeSpan.FromSeconds(1);
    // Polling hands over every reading; of many devices not as often.
    private const int RestPerPoll = 10;

    private readonly Lock _lock = new();
    private readonly List<Subscription> _subscriptions = [];
    private CancellationTokenSource? _running;
    private Task _work = Task.CompletedTask;
    private string? _lastEventId;

    /// <summary>How news comes now.</summary>
    public FeedState State { get; private set; }

    /// <summary>
    /// Listens. Both callbacks come on any thread and must return at once: a component hands them to <c>InvokeAsync</c>.
    /// </summary>
    /// <param name="onReading">A device has a newer reading.</param>
    /// <param name="onState">How news comes has changed.</param>
    /// <returns>To be disposed when the component goes.</returns>
    public IDisposable Subscribe(Action<LatestReading> onReading, Action<FeedState>? onState = null)
    {
        var subscription = new Subscription(this, onReading, onState);
        lock (_lock)
        {
            _subscriptions.Add(subscription);
            if (_running is null)
            {
                _running = new();
                State = FeedState.Starting;
                _lastEventId = null;
                var cancellationToken = _running.Token;
                _work = Task.Run(() => RunAsync(cancellationToken), CancellationToken.None);
            }
        }

        return subscription;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Stop(force: true);
        await _work;
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        // It belongs to no visitor, also not to the one whose request has started it.
        Activity.Current = null;
        for (var failures = 0; !cancellationToken.IsCancellationRequested;)
        {
            var lost = false;
            try
            {
                await ListenAsync(() => failures = 0, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or System.Text.Json.JsonException or ApiException)
            {
                lost = e is OperationCanceledException;
                LogDropped(logger, e.Message);
            }

            var began = time.GetTimestamp();
            var pause = s_poll;
            if (!lost && await IsThereAsync(cancellationToken) && await PollOnceAsync(cancellationToken))
            {
                failures = 0;
                var rest = time.GetElapsedTime(began) * RestPerPoll;
                pause = rest > pause ? rest : pause;
            }
            else
            {
                Set(FeedState.Unreachable);
                pause = PauseAfter(++failures);
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // One to fifteen seconds, each time twice as long; by chance less, so that many dashboards do not come back in one moment.
    private static TimeSpan PauseAfter(int failures)
    {
        var longest = Math.Min(s_longestPause.TotalSeconds, Math.Pow(2, Math.Min(failures - 1, 10)));
        return TimeSpan.FromSeconds(longest * (0.5 + Random.Shared.NextDouble() / 2));
    }

    private async Task ListenAsync(Action connected, CancellationToken cancellationToken)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lost.CancelAfter(TimeSpan.FromSeconds(8));
        using var request = new HttpRequestMessage(HttpMethod.Get, connection.At("/api/v1/readings/stream"));
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (_lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", _lastEventId);
        }

        using var response = await connection.Stream.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, lost.Token);
        response.EnsureSuccessStatusCode();
        lost.CancelAfter(Timeout.InfiniteTimeSpan);
        var heard = time.GetTimestamp();
        var probing = false;
        await using var body = new Watched(await response.Content.ReadAsStreamAsync(lost.Token), () => heard = time.GetTimestamp());
        connected();
        Set(FeedState.Live);
        using var watch = time.CreateTimer(_ => _ = ProbeAsync(), null, s_watch, s_watch);
        var parser = SseParser.Create(body, (_, data) => (Reading: ApiClient.Reading(data), Trace: FeedTelemetry.Context(data)));
        await foreach (var item in parser.EnumerateAsync(lost.Token))
        {
            _lastEventId = parser.LastEventId;
            if (item.EventType == "reading" && item.Data.Reading is { } reading)
            {
                Publish(reading, item.Data.Trace);
            }
        }

        async Task ProbeAsync()
        {
            if (time.GetElapsedTime(heard) < s_probe || Interlocked.Exchange(ref probing, true))
            {
                return;
            }

            if (await IsThereAsync(cancellationToken))
            {
                (heard, probing) = (time.GetTimestamp(), false);
            }
            else if (!cancellationToken.IsCancellationRequested)
            {
                await lost.CancelAsync();
            }
        }
    }

    // Whatever it answers, it is there.
    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_probe);
        try
        {
            using var response = await connection.Http.GetAsync(connection.At("/alive"), HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> PollOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var reading in await api.LatestAsync(cancellationToken))
            {
                Publish(reading);
            }

            Set(FeedState.Polling);
            return true;
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            return false;
        }
    }

    private void Publish(LatestReading reading, ActivityContext trace = default)
    {
        var subscriptions = Snapshot();
        using var span = FeedTelemetry.StartUpdate(trace, subscriptions.Length);
        foreach (var subscription in subscriptions)
        {
            subscription.OnReading(reading);
        }
    }

    private void Set(FeedState state)
    {
        if (State == state)
        {
            return;
        }

        State = state;
        foreach (var subscription in Snapshot())
        {
            subscription.OnState?.Invoke(state);
        }
    }

    private Subscription[] Snapshot()
    {
        lock (_lock)
        {
            return [.. _subscriptions];
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (_lock)
        {
            _subscriptions.Remove(subscription);
            if (_subscriptions.Count > 0)
            {
                return;
            }
        }

        _ = StopLaterAsync();
    }

    private async Task StopLaterAsync()
    {
        await Task.Delay(s_linger, time);
        Stop(force: false);
    }

    private void Stop(bool force)
    {
        lock (_lock)
        {
            if (_subscriptions.Count == 0 || force)
            {
                _running?.Cancel();
                _running?.Dispose();
                _running = null;
            }
        }
    }

    [LoggerMessage(90, LogLevel.Information, "The event stream of the API ended: {Reason}")]
    private static partial void LogDropped(ILogger logger, string reason);

    private sealed class Subscription(LiveFeed feed, Action<LatestReading> onReading, Action<FeedState>? onState) : IDisposable
    {
        public Action<LatestReading> OnReading { get; } = onReading;

        public Action<FeedState>? OnState { get; } = onState;

        public void Dispose() => feed.Remove(this);
    }
}
