using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Sequences;

namespace TechTemp.Data.Writing;

/// <summary>A device, as the writer needs it: read from the store once, and remembered from one batch to the next.</summary>
/// <param name="id">The store's key of it.</param>
/// <param name="uid">Its uid.</param>
/// <param name="sequence">Its counter, as stored.</param>
public sealed class KnownDevice(int id, string uid, DeviceSequence sequence)
{
    /// <summary>The store's key of it.</summary>
    public int Id => id;

    /// <summary>Its uid.</summary>
    public string Uid => uid;

    /// <summary>Its home; null when it has none yet.</summary>
    public string? Home { get; set; }

    /// <summary>The room that it stands in; null for none.</summary>
    public string? RoomUid { get; init; }

    /// <summary>See <see cref="Device.RawFrom"/>, unix milliseconds UTC.</summary>
    public long? RawFrom { get; init; }

    /// <summary>See <see cref="Device.LastSeenAt"/>, unix milliseconds UTC.</summary>
    public long? LastSeenAt { get; set; }

    /// <summary>Its newest reading, as stored.</summary>
    public Measurement? Newest { get; set; }

    /// <summary>See <see cref="Device.Measures"/>.</summary>
    public QuantitySet Measures { get; set; }

    /// <summary>What is added to its readings.</summary>
    public CalibrationHistory Calibrations { get; init; } = CalibrationHistory.None;

    /// <summary>Before this time its readings may be in pages, unix milliseconds UTC: the end of its newest page that has readings; 0 for none.</summary>
    public long SealedTo { get; init; }

    /// <summary>Its counter.</summary>
    public DeviceSequence Sequence => sequence;

    /// <summary>The newest event time of the readings stored by this transaction, none later than its receipt; null when none was.</summary>
    public long? SeenAt { get; private set; }

    /// <summary>Whether this transaction changed something of it, or its sender has not heard of what is stored.</summary>
    internal bool IsTouched { get; set; }

    /// <summary>The number of its counter up to which every reading is committed or rejected; null when it does not count.</summary>
    internal long? Acked => sequence.Acked;

    /// <summary>Its state as of a reading of it, calibrated.</summary>
    internal DeviceState StateOf(in Measurement measurement) =>
        new(Home, uid, RoomUid, measurement.Ts, Calibrations.At(measurement.Ts).Apply(measurement.Values), sequence.Acked);

    /// <summary>A reading of it was stored.</summary>
    /// <returns>Whether a newer one had been stored before it.</returns>
    internal bool Accept(in Measurement measurement, long receivedAt)
    {
        var late = measurement.Ts < Newest?.Ts;
        if (Newest is null || measurement.Ts > Newest.Value.Ts)
        {
            Newest = measurement;
        }

        Measures |= measurement.Values.Quantities;
        var seenAt = Math.Min(measurement.Ts, receivedAt);
        SeenAt = SeenAt > seenAt ? SeenAt : seenAt;
        LastSeenAt = LastSeenAt > seenAt ? LastSeenAt : seenAt;
        return late;
    }

    /// <summary>A message of it is committed or rejected: its number has come.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isNewest">Whether it was stored now, as the newest.</param>
    internal void Count(IncomingMessage message, bool isNewest)
    {
        if (message.Sequence is not { } mark)
        {
            return;
        }

        // Tried again after a long time, a message may be of a counter that has begun anew since: it may fill, not lead.
        if (message.IsReplay && mark.Number > sequence.Highest + 1)
        {
            return;
        }

        // What is acknowledged never comes as something new, unless the device has begun to count anew.
        if (isNewest && !message.IsReplay && mark.Number <= sequence.Acked)
        {
            sequence.Restart();
        }

        sequence.Accept(mark);
    }

    /// <summary>It is saved; the transaction is about to be committed.</summary>
    internal void Leave()
    {
        sequence.GapsWritten();
        (IsTouched, SeenAt) = (false, null);
    }
}
