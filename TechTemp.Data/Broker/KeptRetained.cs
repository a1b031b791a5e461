using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TechTemp.Data.Broker;

/// <summary>A retained message of an embedded broker (MQTT 5, section 3.3.1.3).</summary>
/// <param name="Topic">Its topic name: there is one message for each.</param>
/// <param name="Publish">The message, encoded as an MQTT 5 PUBLISH packet (section 3.3).</param>
/// <param name="ExpiresAt">When it expires (section 3.3.2.3.3), unix milliseconds UTC; null for never.</param>
public sealed record KeptRetained(string Topic, byte[] Publish, long? ExpiresAt);

internal sealed class KeptRetainedConfiguration : IEntityTypeConfiguration<KeptRetained>
{
    public void Configure(EntityTypeBuilder<KeptRetained> builder)
    {
        builder.ToTable("kept_retained");
        builder.HasKey(r => r.Topic);
    }
}
