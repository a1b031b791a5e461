using TechTemp.Data.Rejections;

namespace TechTemp.Data.Writing;

/// <summary>A refused message that is tried again, as <see cref="RejectedMessage"/> keeps it.</summary>
/// <param name="Id">The store's key.</param>
/// <param name="Topic">The MQTT topic it came on.</param>
/// <param name="Payload">The payload, or its start.</param>
/// <param name="PayloadSize">The payload's length as received, in bytes.</param>
/// <param name="Reason">Why it was refused.</param>
/// <param name="Detail">The same in words.</param>
/// <param name="ReceivedAt">When it was received, unix milliseconds UTC.</param>
/// <param name="IsHeld">Whether it is held.</param>
public readonly record struct ReplayedMessage(
    long Id, string Topic, byte[] Payload, int PayloadSize, string Reason, string Detail, long ReceivedAt, bool IsHeld);
