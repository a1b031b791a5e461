using TechTemp.Api.Live;
using TechTemp.Ingest.Pipeline;

namespace TechTemp.Standalone.Broker;

/// <summary>Hands each state to the live stream, in this process, and to the broker's subscribers.</summary>
internal sealed class StateSink(EmbeddedBroker broker, LiveStates live) : IStateSink
{
    public Task<bool> TryPublishAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        live.Accept(topic, payload.Span);
        broker.Publish(topic, payload);
        return Task.FromResult(true);
    }
}
