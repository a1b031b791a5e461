using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Data.Rejections;

/// <summary>How long data is kept.</summary>
public sealed class RetentionOptions
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
}
