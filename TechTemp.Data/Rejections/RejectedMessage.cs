using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Rejections;

/// <summary>A message that was refused, kept with its reason so that it can be looked at and tried again.</summary>
public sealed class RejectedMessage
{
    /// <summary>The most of a payload that is kept, in bytes: as much as a valid one may have.</summary>
    public const int MaxPayloadBytes = 8 * 1024;

    /// <summary>The store's own key, rising with the order of receipt.</summary>
    public long Id { get; set; }

    /// <summary>When it was received.</summary>
    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>The MQTT topic it came on.</summary>
    public required string Topic { get; set; }

    /// <summary>The device id of the topic; null when the topic itself is invalid.</summary>
    public string? DeviceUid { get; set; }

    /// <summary>The home of the topic; null when the topic itself is invalid.</summary>
    public string? Home { get; set; }

    /// <summary>
    /// Whether it is a valid reading that waits for its device to be provisioned, for a store that can keep it, or for a clock that is wrong. Such a message has a quota of
    /// its own and never makes room for messages that are not held.
    /// </summary>
    public bool IsHeld { get; set; }

    /// <summary>The payload, its first <see cref="MaxPayloadBytes"/> bytes.</summary>
    public required byte[] Payload { get; set; }

    /// <summary>The first 16 bytes of the SHA-256 of <see cref="Payload"/>: a message that the broker sends again is found by it.</summary>
    public required byte[] Digest { get; set; }

    /// <summary>The payload's length as received, in bytes.</summary>
    public int PayloadSize { get; set; }

    /// <summary>One of <see cref="RejectionReasons"/>.</summary>
    public required string Reason { get; set; }

    /// <summary>The field and the rule that it broke, in words.</summary>
    public required string Detail { get; set; }

    /// <summary>The digest of a payload.</summary>
    internal static byte[] DigestOf(ReadOnlySpan<byte> payload) => SHA256.HashData(payload)[..16];
}

internal sealed class RejectedMessageConfiguration : IEntityTypeConfiguration<RejectedMessage>
{
    public void Configure(EntityTypeBuilder<RejectedMessage> builder)
    {
        builder.ToTable("rejected_messages");
        // Serves the replay of a held device's messages when it is provisioned.
        builder.HasIndex(r => new { r.DeviceUid, r.Reason });
        // The quota of held messages, device by device, and the limit of all others: each without touching the other.
        builder.HasIndex(r => new { r.DeviceUid, r.Home, r.Id }, "IX_rejected_messages_held").HasFilter("is_held = 1");
        builder.HasIndex(r => r.Id, "IX_rejected_messages_others").HasFilter("is_held = 0");
        builder.Property(r => r.Digest).HasDefaultValue(Array.Empty<byte>());
        builder.HasIndex(r => r.Digest);
    }
}
