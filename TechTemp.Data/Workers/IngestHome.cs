using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TechTemp.Data.Workers;

/// <summary>A home that a worker stores. While it moves from one worker to another there is a row of each.</summary>
public sealed class IngestHome
{
    /// <summary>The home.</summary>
    public required string Home { get; set; }

    /// <summary>The worker.</summary>
    public required string Worker { get; set; }

    /// <summary>The connection of the first worker (<see cref="IngestDivision.Connection"/>) during which the broker confirmed this worker's subscription; 0 when it is not confirmed.</summary>
    public long Standing { get; set; }

    /// <summary>Rises with each change of <see cref="Standing"/>: a subscription that was withdrawn and confirmed again is not the same.</summary>
    public long Change { get; set; }

    /// <summary>Whether the worker may end its subscription: somebody else stores the home.</summary>
    public bool IsReleased { get; set; }
}

internal sealed class IngestHomeConfiguration : IEntityTypeConfiguration<IngestHome>
{
    public void Configure(EntityTypeBuilder<IngestHome> builder)
    {
        builder.ToTable("ingest_homes");
        builder.HasKey(h => new { h.Home, h.Worker });
    }
}
