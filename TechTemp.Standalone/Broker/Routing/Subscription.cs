using MQTTnet.Protocol;
using TechTemp.Standalone.Broker.Sessions;

namespace TechTemp.Standalone.Broker.Routing;

/// <summary>A subscription of a session.</summary>
/// <param name="Session">Whose it is.</param>
/// <param name="Text">The filter as the client gave it, with the prefix of a shared subscription.</param>
/// <param name="Group">The group of a shared subscription; null for another one.</param>
/// <param name="Filter">The filter without that prefix.</param>
/// <param name="Qos">The highest quality of service at which it gets messages.</param>
/// <param name="NoLocal">Whether it does not get what its own client publishes.</param>
/// <param name="RetainAsPublished">Whether messages keep their retain flag.</param>
/// <param name="Identifier">The client's number for it; 0 for none.</param>
internal sealed record Subscription(
    Session Session, string Text, string? Group, string Filter, MqttQualityOfServiceLevel Qos, bool NoLocal, bool RetainAsPublished, uint Identifier)
{
    /// <summary>The memory that it takes, in bytes, roughly: with its nodes in the tree.</summary>
    public int Size => 300 + (6 * Text.Length);
}
