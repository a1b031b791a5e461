using System.Collections.Concurrent;
using System.Text;
using TechTemp.Ingest.Pipeline;

namespace TechTemp.Rules.Tests.Support;

/// <summary>Takes states as a broker does, and can be away as a real one cannot on demand.</summary>
internal sealed class RecordingSink : IStateSink
{
    private int _refusals;

    public ConcurrentQueue<(string Topic, string Payload)> Published { get; } = new();

    public volatile bool IsAway;

    public int Refusals => Volatile.Read(ref _refusals);

    /// <summary>Called with each state that is published.</summary>
    public Action<string>? OnPublish { get; set; }

    public Task<bool> TryPublishAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            Interlocked.Increment(ref _refusals);
            return Task.FromResult(false);
        }

        OnPublish?.Invoke(topic);
        Published.Enqueue((topic, Encoding.UTF8.GetString(payload.Span)));
        return Task.FromResult(true);
    }
}
