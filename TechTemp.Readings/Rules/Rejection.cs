namespace TechTemp.Readings.Rules;

/// <summary>Why a reading is refused.</summary>
/// <param name="Reason">One of <see cref="RejectionReasons"/>; for programs, metrics and filters.</param>
/// <param name="Detail">The field and the rule that it broke, in words for people.</param>
public sealed record Rejection(string Reason, string Detail);

/// <summary>The reasons for which a message is refused (contract, section 1).</summary>
public static class RejectionReasons
{
    /// <summary>The topic is not <c>home/{homeId}/sensors/{deviceId}/reading</c> with valid ids.</summary>
    public const string InvalidTopic = "invalid-topic";

    /// <summary>The payload is longer than 8 KiB.</summary>
    public const string PayloadTooLarge = "payload-too-large";

    /// <summary>The payload is not one JSON object.</summary>
    public const string InvalidJson = "invalid-json";

    /// <summary>A required field is absent.</summary>
    public const string MissingField = "missing-field";

    /// <summary>A field is not of the type that it must have.</summary>
    public const string InvalidType = "invalid-type";

    /// <summary>A number is outside its range.</summary>
    public const string OutOfRange = "out-of-range";

    /// <summary>The reading is valid but for its time, which is more than 24 hours later than this machine's clock. One of the two clocks is wrong.</summary>
    public const string InFuture = "in-future";

    /// <summary>Another reading of the same device and time, with other values, is stored already.</summary>
    public const string Conflict = "conflict";

    /// <summary>Readings of its time have been dropped by retention, so that a duplicate could not be told.</summary>
    public const string TooOld = "too-old";

    /// <summary>The device is unknown and unknown devices are held, or too many have registered themselves already.</summary>
    public const string UnknownDevice = "unknown-device";

    /// <summary>The device belongs to another home.</summary>
    public const string HomeMismatch = "home-mismatch";

    /// <summary>The store cannot keep the reading, although it is valid: its table or an index of it refuses the row.</summary>
    public const string NotStorable = "not-storable";

    /// <summary>Every reason, for filters and documents.</summary>
    public static IReadOnlyList<string> All { get; } =
        [InvalidTopic, PayloadTooLarge, InvalidJson, MissingField, InvalidType, OutOfRange, InFuture, Conflict, TooOld, UnknownDevice, HomeMismatch, NotStorable];
}
