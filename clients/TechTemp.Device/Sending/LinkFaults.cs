namespace TechTemp.Clients.Device.Sending;

/// <summary>What a simulated device does wrong on purpose when it sends. A real one does none of it.</summary>
public class LinkFaults
{
    /// <summary>No faults.</summary>
    public static LinkFaults None { get; } = new();

    /// <summary>Whether the network is away.</summary>
    public virtual bool IsAway(DateTimeOffset now) => false;

    /// <summary>Whether a reading is sent twice.</summary>
    public virtual bool IsSentTwice(long seq) => false;
}
