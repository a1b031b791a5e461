using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TechTemp.Data.Instances;

namespace TechTemp.Data.Broker;

/// <summary>
/// A persistent session of a client at an embedded broker (MQTT 5, section 4.1). Not to be confused with <see cref="BrokerSession"/>,
/// a client id of ingest at whatever broker.
/// </summary>
/// <param name="ClientId">The client id.</param>
/// <param name="UserName">The account that the session belongs to; null for none.</param>
/// <param name="Subscriptions">The subscriptions, encoded as an MQTT 5 SUBSCRIBE packet (section 3.8).</param>
/// <param name="ExpiresAt">When it ends (section 3.1.2.11.2), unix milliseconds UTC; null for never.</param>
public sealed record KeptSession(string ClientId, string? UserName, byte[] Subscriptions, long? ExpiresAt);

internal sealed class KeptSessionConfiguration : IEntityTypeConfiguration<KeptSession>
{
    public void Configure(EntityTypeBuilder<KeptSession> builder)
    {
        builder.ToTable("kept_sessions");
        builder.HasKey(s => s.ClientId);
    }
}
