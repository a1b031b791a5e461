using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TechTemp.Data.Instances;

/// <summary>
/// The store's own random id, made with its schema: part of the client id of its ingest, so that ingests of different stores never
/// share a session at a broker, and nobody else can guess whose session it is.
/// </summary>
public sealed class StoreIdentity
{
    /// <summary>There is one row, 1.</summary>
    public int Id { get; set; }

    /// <summary>The id, 32 hexadecimal digits.</summary>
    public required string Uid { get; set; }
}

internal sealed class StoreIdentityConfiguration : IEntityTypeConfiguration<StoreIdentity>
{
    public void Configure(EntityTypeBuilder<StoreIdentity> builder)
    {
        builder.ToTable("store_identity");
        builder.Property(i => i.Id).ValueGeneratedNever();
    }
}
