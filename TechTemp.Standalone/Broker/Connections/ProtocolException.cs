using MQTTnet.Protocol;

namespace TechTemp.Standalone.Broker.Connections;

/// <summary>A client has broken the protocol or a limit: its connection is closed, in MQTT 5 with this reason.</summary>
internal sealed class ProtocolException(MqttDisconnectReasonCode reason, string message) : Exception(message)
{
    public MqttDisconnectReasonCode Reason => reason;
}
