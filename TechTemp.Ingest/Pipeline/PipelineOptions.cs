using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Ingest.Pipeline;

/// <summary>How much ingest holds at a time.</summary>
public sealed class PipelineOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Ingest";

    /// <summary>The most messages that one transaction takes, 1 to 100,000.</summary>
    [Range(1, 100_000, ErrorMessage = "Ingest:MaxBatch must be from 1 to 100000.")]
    [Description("The most messages that one transaction takes.")]
    public int MaxBatch { get; set; } = 5_000;

    /// <summary>The most messages in hand, received and not yet committed, 1 to 65,535: the broker is told not to send more.</summary>
    [Range(1, 65_535, ErrorMessage = "Ingest:InHandLimit must be from 1 to 65535.")]
    [Description("The most messages received and not yet committed. The broker keeps the rest; of QoS 0, which it does not keep, what comes beyond is dropped and counted.")]
    public int InHandLimit { get; set; } = 10_000;
}
