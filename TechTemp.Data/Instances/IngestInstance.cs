using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TechTemp.Data.Instances;

/// <summary>
/// The process that writes readings into this store, or that is one of its workers: the one that registered last. Whether it lives is found out by asking: it answers
/// a question that is written beside its name. No clock is compared, and an idle store is not written to.
/// </summary>
public sealed class IngestInstance
{
    /// <summary>Distinguishes the rows; 1 for the only worker.</summary>
    public int Id { get; set; } = 1;

    /// <summary>The worker that the process is; empty for the only one. Each worker has one process.</summary>
    public string Worker { get; set; } = "";

    /// <summary>A random id of the process: process ids repeat, between containers above all.</summary>
    public required string Uid { get; set; }

    /// <summary>The machine or the container.</summary>
    public required string Machine { get; set; }

    /// <summary>The process id there.</summary>
    public int ProcessId { get; set; }

    /// <summary>When it registered, by its clock; for people only.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>How many questions others have asked of it.</summary>
    public long Asked { get; set; }

    /// <summary>How many of them it has answered.</summary>
    public long Answered { get; set; }

    /// <inheritdoc />
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"process {ProcessId} on machine '{Machine}', since {Since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}");
}

internal sealed class IngestInstanceConfiguration : IEntityTypeConfiguration<IngestInstance>
{
    public void Configure(EntityTypeBuilder<IngestInstance> builder)
    {
        builder.ToTable("ingest_instance");
        builder.Property(i => i.Id).ValueGeneratedNever();
        builder.Property(i => i.Worker).HasDefaultValue("");
        builder.HasIndex(i => i.Worker).IsUnique();
    }
}
