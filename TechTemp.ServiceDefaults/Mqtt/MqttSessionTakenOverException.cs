namespace TechTemp.ServiceDefaults.Mqtt;

/// <summary>
/// The broker closed the connection because another client came with the same id (MQTT 5, section 4.13, reason code
/// 0x8E). Connecting again would only throw the other one out in turn.
/// </summary>
public sealed class MqttSessionTakenOverException(string clientId) : Exception(
    $"Another program has connected to the broker with the client id '{MqttConnection.Shorten(clientId)}' and taken over its session. Stop one of the two; where one works on a copy of the other's store, give it another Mqtt:ClientId.");
