using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace TechTemp.Testing.Otlp;

/// <summary>
/// A collector of OpenTelemetry's protocol over HTTP with protobuf (https://opentelemetry.io/docs/specs/otlp/#otlphttp) that keeps what
/// programs export.
/// </summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<ExportedSpan> _spans = new();
    private readonly ConcurrentQueue<(string Signal, IReadOnlyDictionary<string, string> Resource)> _resources = new();
    private readonly ConcurrentQueue<byte[]> _bodies = new();
    private readonly Task _serving;

    /// <summary>Starts it on a free port.</summary>
    public OtlpCollector()
    {
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}/");
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Where it is.</summary>
    public string Address { get; }

    /// <summary>The settings of a program that exports to it, soon after each thing has happened.</summary>
    public (string Name, string Value)[] Settings => SettingsFor(Address);

    /// <summary>The spans that came so far.</summary>
    public IReadOnlyCollection<ExportedSpan> Spans => _spans;

    /// <summary>The resources that came so far, each with its signal: <c>traces</c>, <c>metrics</c> or <c>logs</c>.</summary>
    public IReadOnlyCollection<(string Signal, IReadOnlyDictionary<string, string> Resource)> Resources => _resources;

    /// <summary>The settings of a program that exports to an address.</summary>
    public static (string Name, string Value)[] SettingsFor(string address) =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", address),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_BSP_SCHEDULE_DELAY", "200"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "200"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
    ];

    /// <summary>Whether anything that came contains these bytes.</summary>
    public bool HasReceived(ReadOnlySpan<byte> bytes)
    {
        foreach (var body in _bodies)
        {
            if (body.AsSpan().IndexOf(bytes) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Waits for a span.</summary>
    public async Task<ExportedSpan> SpanAsync(Func<ExportedSpan, bool> condition, string what) => (await Eventually.ResultAsync(
        () => Task.FromResult(_spans.FirstOrDefault(condition)), span => span is not null, what, TimeSpan.FromMinutes(1), Describe))!;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private string Describe() => string.Join('\n', _spans.TakeLast(200).Select(s => $"{s.Service}: {s.Name} {s.TraceId} {s.SpanId} < {s.ParentId}"));

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            try
            {
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Keep(context.Request.Url!.Segments[^1], body.ToArray());
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
            catch (Exception e) when (e is IOException or HttpListenerException or ObjectDisposedException)
            {
                // The program went in the middle of it.
            }
        }
    }

    private void Keep(string signal, byte[] body)
    {
        _bodies.Enqueue(body);
        foreach (var resource in OtlpMessages.Resources(body))
        {
            _resources.Enqueue((signal, resource));
        }

        if (signal == "traces")
        {
            foreach (var span in OtlpMessages.Spans(body))
            {
                _spans.Enqueue(span);
            }
        }
    }
}
