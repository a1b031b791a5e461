using TechTemp.Data.Readings;
using TechTemp.Ingest.Pipeline;
using TechTemp.Readings.Messages;
using TechTemp.Standalone.Broker.Routing;

namespace TechTemp.Standalone.Broker;

/// <summary>Gives readings to the pipeline and every message to its subscribers: a reading when it is committed, another one at once.</summary>
internal sealed class ReadingIntake(IngestPipeline pipeline, IngestTelemetry telemetry, MessageRouter router, TimeProvider time)
{
    private const long MostBytes = 32 * 1024 * 1024;

    private long _bytes;

    /// <summary>Whether as much is in flight as may be: clients wait.</summary>
    public bool IsFull => pipeline.IsFull || Interlocked.Read(ref _bytes) > MostBytes;

    /// <summary>Takes a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isRedelivery">Whether its sender may have sent it before.</param>
    /// <param name="done">Called when it can be acknowledged; null at QoS 0.</param>
    /// <returns>False when the pipeline is stopping.</returns>
    public bool TryAccept(BrokerMessage message, bool isRedelivery, Action? done)
    {
        // A cleared retained message passes like everything that is no reading.
        if (!SensorTopic.IsReading(message.Topic) || (message.Retain && message.Payload.IsEmpty))
        {
            router.Publish(message);
            done?.Invoke();
            return true;
        }

        if (done is null && IsFull)
        {
            telemetry.Dropped();
            return true;
        }

        Interlocked.Add(ref _bytes, message.Size);
        if (pipeline.TryAccept(new(
            IncomingMessage.FromMqtt(new(message.Topic), message.Payload, time.GetUtcNow().ToUnixTimeMilliseconds(), isRedelivery),
            time.GetTimestamp(),
            message.UserProperties,
            static (receipt, _) =>
            {
                ((Receipt)receipt!).Committed();
                return Task.CompletedTask;
            },
            new Receipt(this, message, done))))
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -message.Size);
        return false;
    }

    private sealed class Receipt(ReadingIntake intake, BrokerMessage message, Action? done)
    {
        public void Committed()
        {
            Interlocked.Add(ref intake._bytes, -message.Size);
            intake.Publish(message);
            done?.Invoke();
        }
    }

    private void Publish(BrokerMessage message) => router.Publish(message);
}
