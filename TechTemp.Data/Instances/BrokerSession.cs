using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TechTemp.Data.Instances;

/// <summary>A client id under which a broker may keep a session, with readings in it, for this store.</summary>
public sealed class BrokerSession
{
    /// <summary>The client id; empty for the configured one alone, without the store's id, as versions before this table used it.</summary>
    public required string ClientId { get; set; }

    /// <summary>The worker that uses it; empty for the only one.</summary>
    public string Worker { get; set; } = "";
}

internal sealed class BrokerSessionConfiguration : IEntityTypeConfiguration<BrokerSession>
{
    public void Configure(EntityTypeBuilder<BrokerSession> builder)
    {
        builder.ToTable("broker_sessions");
        builder.HasKey(s => s.ClientId);
        builder.Property(s => s.Worker).HasDefaultValue("");
    }
}
