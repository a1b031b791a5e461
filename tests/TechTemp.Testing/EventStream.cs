using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;

namespace TechTemp.Testing;

/// <summary>A server-sent event.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Id">Its id.</param>
/// <param name="Data">Its data.</param>
public sealed record StreamedEvent(string Type, string Id, string Data)
{
    /// <summary>The data as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Data)!;
}

/// <summary>A listener of the live stream, with a connection of its own. What comes is kept as it comes.</summary>
public sealed class EventStream : IAsyncDisposable
{
    private static readonly HttpClient s_http = new(new SocketsHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };

    private readonly HttpResponseMessage _response;
    private readonly ConcurrentQueue<StreamedEvent> _events = new();
    private readonly CancellationTokenSource _closed = new();
    private int _comments;

    private EventStream(HttpResponseMessage response)
    {
        _response = response;
        Ended = ReadAsync();
    }

    /// <summary>The status code.</summary>
    public int Status => (int)_response.StatusCode;

    /// <summary>The events that came so far.</summary>
    public IReadOnlyCollection<StreamedEvent> Events => _events;

    /// <summary>How many comments came so far.</summary>
    public int Comments => Volatile.Read(ref _comments);

    /// <summary>After how many milliseconds a client should connect again; null when it was not told.</summary>
    public int? Retry { get; private set; }

    /// <summary>Completes when the server ends the stream: true in good order, false when the connection breaks.</summary>
    public Task<bool> Ended { get; }

    /// <summary>Opens a stream; returns when its answer has begun.</summary>
    public static async Task<EventStream> OpenAsync(Uri address, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Origin", "https://dashboard.example");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return new(await s_http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken));
    }

    /// <summary>A header; empty when absent.</summary>
    public string Header(string name) =>
        _response.Headers.TryGetValues(name, out var values) || _response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : "";

    /// <summary>Waits until so many events came.</summary>
    /// <returns>All that came.</returns>
    public async Task<IReadOnlyList<StreamedEvent>> EventsAsync(int count)
    {
        await Eventually.TrueAsync(() => _events.Count >= count, $"{count} events came");
        return [.. _events];
    }

    /// <summary>Waits for the event that has a device's reading of this time.</summary>
    public async Task<StreamedEvent> EventAsync(string device, long ts) =>
        (await Eventually.ResultAsync(
            () => Task.FromResult(_events.FirstOrDefault(e => (string?)e.Json["device_id"] == device && (string?)e.Json["ts"] == SampleReading.Text(ts))),
            found => found is not null,
            $"the event of {device} at {ts} came"))!;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await Ended;
        _response.Dispose();
        _closed.Dispose();
    }

    private async Task<bool> ReadAsync()
    {
        try
        {
            using var lines = new StreamReader(await _response.Content.ReadAsStreamAsync(_closed.Token));
            var fields = new Dictionary<string, string>();
            while (await lines.ReadLineAsync(_closed.Token) is { } line)
            {
                Take(line, fields);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private void Take(string line, Dictionary<string, string> fields)
    {
        if (line.Length == 0)
        {
            if (fields.Count > 0)
            {
                _events.Enqueue(new(fields["event"], fields["id"], fields["data"]));
                fields.Clear();
            }
        }
        else if (line[0] == ':')
        {
            Interlocked.Increment(ref _comments);
        }
        else if (line.Split(": ", 2) is [var name, var value])
        {
            if (name == "retry")
            {
                Retry = int.Parse(value, CultureInfo.InvariantCulture);
            }
            else
            {
                fields.Add(name, value);
            }
        }
    }
}
