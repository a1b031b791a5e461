using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Data.Store;

/// <summary>How long data is kept.</summary>
public sealed class RetentionOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Retention";

    /// <summary>How long a rejected message is kept, 1 minute to 10 years.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00", ErrorMessage = "Retention:Rejected must be from 00:01:00 to 3650.00:00:00.")]
    [Description("How long rejected messages are kept (`d.hh:mm:ss`).")]
    public TimeSpan Rejected { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How many rejected messages are kept at most, 1 to 10 million; the oldest are dropped first.</summary>
    [Range(1, 10_000_000, ErrorMessage = "Retention:RejectedRows must be from 1 to 10000000.")]
    [Description("How many rejected messages are kept at most; the oldest are dropped first, and counted.")]
    public int RejectedRows { get; set; } = 100_000;

    /// <summary>How many readings of one device are held while nobody has provisioned it, 1 to 1 million; the oldest of that device are dropped first.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Retention:HeldPerDevice must be from 1 to 1000000.")]
    [Description("How many readings of one device, in one home, are held until it is provisioned. The oldest of that device are dropped first; each drop is counted and logged. Other rejected messages have no part in this quota.")]
    public int HeldPerDevice { get; set; } = 10_000;

    /// <summary>How many devices may have held readings at once, 1 to 100,000.</summary>
    [Range(1, 100_000, ErrorMessage = "Retention:HeldDevices must be from 1 to 100000.")]
    [Description("How many devices may have held readings at once. Those of further ones are kept among the rejected messages.")]
    public int HeldDevices { get; set; } = 1_000;

    /// <summary>How long a held reading is kept, 1 minute to 10 years.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00", ErrorMessage = "Retention:Held must be from 00:01:00 to 3650.00:00:00.")]
    [Description("How long readings are held (`d.hh:mm:ss`).")]
    public TimeSpan Held { get; set; } = TimeSpan.FromDays(365);

    /// <summary>How long readings are kept; null for ever. At least a day.</summary>
    [Description("How long readings are kept (`d.hh:mm:ss`); empty for ever. A day of UTC goes as a whole.")]
    public TimeSpan? Readings { get; set; }

    /// <summary>Of older versions, which kept the means of 15 minutes longer than readings. Where it is longer than <see cref="Readings"/>, readings are kept for as long.</summary>
    [Description("Of older versions. Where it is longer than `Readings`, readings are kept for as long, and a warning says so.")]
    public TimeSpan? Rollups { get; set; }

    /// <summary>Of older versions, which kept the means of hours and days longer than readings: as <see cref="Rollups"/>. What such a version has left of readings that it dropped is kept for as long; null for ever.</summary>
    [Description("Of older versions, as `Rollups`. Means that an older version has left of readings that it dropped are kept for as long; empty for ever.")]
    public TimeSpan? CoarseRollups { get; set; }

    /// <summary>How long readings are kept: the longest that was asked for; null for ever.</summary>
    public TimeSpan? LongestReadings() => Readings is { } readings ? new[] { readings, Rollups ?? readings, CoarseRollups ?? readings }.Max() : null;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (field, age) in new[] { (nameof(Readings), Readings), (nameof(Rollups), Rollups), (nameof(CoarseRollups), CoarseRollups) })
        {
            if (age < TimeSpan.FromDays(1))
            {
                yield return new($"Retention:{field} must be at least 1.00:00:00.");
            }
        }
    }
}
