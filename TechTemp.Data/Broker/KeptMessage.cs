using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TechTemp.Data.Broker;

/// <summary>A message that waits in a session of an embedded broker.</summary>
/// <param name="ClientId">The client id of the session.</param>
/// <param name="Position">Its place among the messages of the session: lower ones come first.</param>
/// <param name="Publish">The message, encoded as an MQTT 5 PUBLISH packet (section 3.3).</param>
/// <param name="ExpiresAt">When it expires (section 3.3.2.3.3), unix milliseconds UTC; null for never.</param>
public sealed record KeptMessage(string ClientId, long Position, byte[] Publish, long? ExpiresAt);

internal sealed class KeptMessageConfiguration : IEntityTypeConfiguration<KeptMessage>
{
    public void Configure(EntityTypeBuilder<KeptMessage> builder)
    {
        builder.ToTable("kept_messages");
        builder.HasKey(m => new { m.ClientId, m.Position });
    }
}
