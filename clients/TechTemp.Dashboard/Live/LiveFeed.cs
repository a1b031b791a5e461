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
/// looks. When the stream drops, the API is asked every few seconds until it is back.
/// </summary>
public sealed partial class LiveFeed(ApiConnection connection, ApiClient api, TimeProvider time, ILogger<LiveFeed> logger) : IAsyncDisposable
{
    // A page that is loaded again, and the step from its first rendering to its live one, keep the stream.
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(3);
    // The API sends a comment every 15 s, unless it is configured otherwise; what is silent for longer is not there.
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(2);

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
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or System.Text.Json.JsonException or ApiException)
            {
                LogDropped(logger, e.Message);
            }

            await PollOnceAsync(cancellationToken);
            await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(TimeSpan.FromSeconds(10));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(connection.Address, "/api/v1/readings/stream"));
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (_lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", _lastEventId);
        }

        using var response = await connection.Stream.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
        response.EnsureSuccessStatusCode();
        await using var body = new Watched(await response.Content.ReadAsStreamAsync(silence.Token), () => silence.CancelAfter(s_silence));
        silence.CancelAfter(s_silence);
        Set(FeedState.Live);
        var parser = SseParser.Create(body, (_, data) => (Reading: ApiClient.Reading(data), Trace: FeedTelemetry.Context(data)));
        await foreach (var item in parser.EnumerateAsync(silence.Token))
        {
            _lastEventId = parser.LastEventId;
            if (item.EventType == "reading" && item.Data.Reading is { } reading)
            {
                Publish(reading, item.Data.Trace);
            }
        }
    }

    private async Task PollOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var reading in await api.LatestAsync(cancellationToken))
            {
                Publish(reading);
            }

            Set(FeedState.Polling);
        }
        catch (ApiException)
        {
            Set(FeedState.Unreachable);
        }
        catch (OperationCanceledException)
        {
            // Nobody looks any more.
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
