using TechTemp.Data.Rejections;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Readings;

/// <summary>What became of one message.</summary>
public enum OutcomeKind
{
    /// <summary>Committed to disk.</summary>
    Stored,

    /// <summary>Stored before, with the same values; or rejected and kept before, and sent again by the broker.</summary>
    Duplicate,

    /// <summary>Refused.</summary>
    Rejected,

    /// <summary>An empty retained message: it clears its topic at the broker and carries no reading.</summary>
    Ignored,
}

/// <summary>What became of one message, and why.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Rejection">Why it was refused, or why some values of it were while the others are stored; null otherwise.</param>
/// <param name="Late">Whether a newer reading of the device was stored before it.</param>
public readonly record struct Outcome(OutcomeKind Kind, Rejection? Rejection = null, bool Late = false);

/// <summary>A device's newest committed reading, calibrated.</summary>
/// <param name="HomeId">The home it belongs to; null when it has none yet.</param>
/// <param name="DeviceUid">The device.</param>
/// <param name="RoomUid">The room it stands in; null when none.</param>
/// <param name="Ts">Its newest event time, unix milliseconds UTC.</param>
/// <param name="Values">What it measured.</param>
/// <param name="AckedSeq">The number of the device's counter up to which every reading is committed or rejected; null when it does not count.</param>
public sealed record DeviceState(
    string? HomeId, string DeviceUid, string? RoomUid, long Ts, QuantityValues Values, long? AckedSeq = null);

/// <summary>What one committed batch did.</summary>
/// <param name="Outcomes">One per message, in the batch's order.</param>
/// <param name="States">The devices of which readings were stored, were stored already, or were numbered and rejected.</param>
/// <param name="DroppedRejections">How many of the oldest rejected messages had to go for the row limit.</param>
/// <param name="CommitTime">How long the commit itself took: the disk's part.</param>
/// <param name="OthersWrote">Whether another connection has committed since the writer's batch before.</param>
public sealed record BatchResult(
    IReadOnlyList<Outcome> Outcomes, IReadOnlyList<DeviceState> States, int DroppedRejections, TimeSpan CommitTime, bool OthersWrote)
{
    /// <summary>The held readings that had to go for the quota of their own device.</summary>
    public IReadOnlyList<HeldLoss> DroppedHeld { get; init; } = [];

    /// <summary>What both of two batches did, one after the other.</summary>
    internal BatchResult Then(BatchResult next) => new(
        [.. Outcomes, .. next.Outcomes], [.. States, .. next.States], DroppedRejections + next.DroppedRejections, CommitTime + next.CommitTime, OthersWrote || next.OthersWrote)
    {
        DroppedHeld = [.. DroppedHeld, .. next.DroppedHeld],
    };
}
