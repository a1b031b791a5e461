using TechTemp.Readings.Messages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;
using TechTemp.Readings.Sequences;

namespace TechTemp.Data.Readings;

/// <summary>
/// A message on its way to the store: parsed, and either a reading or the reason why it is none. It keeps what it was
/// parsed from, because a valid reading can still be refused by what the store knows (conflict, unknown device, home).
/// </summary>
public sealed class IncomingMessage
{
    // One reference instead of three: there is an object of this class for every message in hand.
    private readonly ReadingOrigin? _origin;

    private IncomingMessage(ReadingOrigin? origin, long receivedAt, ReadingSource source) => (_origin, ReceivedAt, Source) = (origin, receivedAt, source);

    /// <summary>Time of receipt, unix milliseconds UTC.</summary>
    public long ReceivedAt { get; }

    /// <summary>The way it came in.</summary>
    public ReadingSource Source { get; }

    /// <summary>The topic it came on; null when it came over HTTP.</summary>
    public string? Topic => _origin?.Topic;

    /// <summary>The payload it came as; empty when it came over HTTP.</summary>
    public ReadOnlyMemory<byte> Payload { get; private init; }

    /// <summary>The home of its topic; null over HTTP.</summary>
    public string? HomeId => _origin?.HomeId;

    /// <summary>The device's id; null when the topic is invalid.</summary>
    public string? DeviceUid => _origin?.DeviceUid;

    /// <summary>What was measured, when valid.</summary>
    public Measurement Measurement { get; private init; }

    /// <summary>What it says about the device's counter; null when nothing.</summary>
    public SequenceMark? Sequence { get; private init; }

    /// <summary>Whether the broker may have sent it before: MQTT's DUP flag (MQTT 5, section 3.3.1.1).</summary>
    public bool IsRedelivery { get; private init; }

    /// <summary>Whether it was refused before and is tried again.</summary>
    public bool IsReplay { get; private init; }

    /// <summary>Whether there is nothing to store: it only clears its topic at the broker, an empty retained message (MQTT 5, section 3.3.1.3), or another worker stores it.</summary>
    public bool IsCleared { get; private init; }

    /// <summary>Why it is not a valid reading; null when it is one.</summary>
    public Rejection? Rejection { get; private init; }

    /// <summary>Why some of its values are refused, while <see cref="Measurement"/> has the others; null when none is.</summary>
    public Rejection? ValueRejection { get; private init; }

    /// <summary>Parses an MQTT message. Never throws: what is wrong with it becomes <see cref="Rejection"/>.</summary>
    /// <param name="origin">Its topic.</param>
    /// <param name="payload">The payload; kept, not copied.</param>
    /// <param name="receivedAt">Time of receipt, unix milliseconds UTC.</param>
    /// <param name="isRedelivery">Whether the broker may have sent it before.</param>
    public static IncomingMessage FromMqtt(ReadingOrigin origin, ReadOnlyMemory<byte> payload, long receivedAt, bool isRedelivery = false) =>
        Parse(origin, payload, receivedAt, receivedAt, isRedelivery, isReplay: false);

    /// <summary>Parses an MQTT message that was refused before, by the rules of now.</summary>
    /// <param name="topic">The whole topic.</param>
    /// <param name="payload">The payload; kept, not copied.</param>
    /// <param name="receivedAt">Time of receipt, unix milliseconds UTC.</param>
    /// <param name="now">By when its time is judged, unix milliseconds UTC.</param>
    public static IncomingMessage FromReplay(string topic, ReadOnlyMemory<byte> payload, long receivedAt, long now) =>
        Parse(new(topic), payload, receivedAt, now, isRedelivery: false, isReplay: true);

    /// <summary>An empty retained message. It passes through the batch so that it is acknowledged in the order of receipt.</summary>
    /// <param name="origin">Its topic.</param>
    /// <param name="receivedAt">Time of receipt, unix milliseconds UTC.</param>
    public static IncomingMessage Cleared(ReadingOrigin origin, long receivedAt) => new(origin, receivedAt, ReadingSource.Mqtt) { IsCleared = true };

    /// <summary>A message that another worker stores. It passes through the batch so that it is acknowledged in the order of receipt.</summary>
    /// <param name="origin">Its topic.</param>
    /// <param name="receivedAt">Time of receipt, unix milliseconds UTC.</param>
    public static IncomingMessage Elsewhere(ReadingOrigin origin, long receivedAt) => Cleared(origin, receivedAt);

    /// <summary>A reading that did not come as an MQTT message: posted, or simulated.</summary>
    /// <param name="deviceUid">The device's id.</param>
    /// <param name="measurement">What was measured.</param>
    /// <param name="receivedAt">Time of receipt, unix milliseconds UTC.</param>
    /// <param name="source">The way it came in.</param>
    /// <param name="homeId">The device's home, where it is known.</param>
    public static IncomingMessage FromMeasurement(
        string deviceUid, in Measurement measurement, long receivedAt, ReadingSource source, string? homeId = null)
    {
        var valid = measurement;
        Rejection? ofValues = null;
        var rejection = Uids.IsValid(deviceUid)
            ? ReadingRules.Check(ref valid, receivedAt, FieldNames.Http, out ofValues)
            : new(RejectionReasons.OutOfRange, $"device_uid {Uids.Rule}");
        return new(new(deviceUid, homeId), receivedAt, source) { Measurement = valid, Rejection = rejection, ValueRejection = ofValues };
    }

    /// <summary>This message, rejected because the store cannot keep its reading.</summary>
    /// <param name="rejection">Why not.</param>
    internal IncomingMessage SetAside(Rejection rejection) => new(_origin, ReceivedAt, Source)
    {
        Payload = Payload,
        Measurement = Measurement,
        Sequence = Sequence,
        IsRedelivery = IsRedelivery,
        IsReplay = IsReplay,
        Rejection = rejection,
    };

    /// <summary>A row of a posted body that could not be read.</summary>
    /// <param name="receivedAt">Time of receipt, unix milliseconds UTC.</param>
    /// <param name="rejection">Why not.</param>
    public static IncomingMessage Unreadable(long receivedAt, Rejection rejection) =>
        new(null, receivedAt, ReadingSource.Http) { Rejection = rejection };

    private static IncomingMessage Parse(
        ReadingOrigin origin, ReadOnlyMemory<byte> payload, long receivedAt, long now, bool isRedelivery, bool isReplay)
    {
        var content = default(ReadingContent);
        var rejection = origin.DeviceUid is null
            ? new(RejectionReasons.InvalidTopic, $"topic must be home/{{homeId}}/sensors/{{deviceId}}/reading; each id {Uids.Rule}")
            : ReadingPayload.Parse(payload.Span, now, out content);
        return new(origin, receivedAt, ReadingSource.Mqtt)
        {
            Payload = payload,
            Measurement = content.Measurement,
            Sequence = content.Sequence,
            IsRedelivery = isRedelivery,
            IsReplay = isReplay,
            Rejection = rejection,
            ValueRejection = content.ValueRejection,
        };
    }
}
