using System.Net;
using System.Security.Cryptography;
using System.Text;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using TechTemp.ServiceDefaults.Mqtt;
using TechTemp.Standalone.Broker.Routing;

namespace TechTemp.Standalone.Broker.Connections;

/// <summary>Who may connect, and with what.</summary>
internal sealed class ConnectRules(BrokerOptions options, MqttOptions credentials, LoginGuard logins)
{
    // MQTT asks a server to take 23 (MQTT-3.1.3-5); the memory of what is longer is not worth a name.
    private const int LongestClientId = 256;

    /// <summary>Why a client is refused, or success. Gives it a client id where it has none.</summary>
    public MqttConnectReasonCode Check(MqttConnectPacket packet, MqttProtocolVersion version, EndPoint remote, out bool isAssigned)
    {
        isAssigned = false;
        if (packet.AuthenticationMethod is not null)
        {
            return MqttConnectReasonCode.BadAuthenticationMethod;
        }

        if (packet.WillFlag && !TopicNames.IsValidName(packet.WillTopic))
        {
            return MqttConnectReasonCode.TopicNameInvalid;
        }

        if (credentials.Username is { Length: > 0 } user && CheckLogin(packet, user, version, remote) is { } refusal)
        {
            return refusal;
        }

        if (string.IsNullOrEmpty(packet.ClientId))
        {
            // In MQTT 3.1.1 the client is not told its id, and could not come back to a session (MQTT-3.1.3-8).
            if (version != MqttProtocolVersion.V500 && !packet.CleanSession)
            {
                return MqttConnectReasonCode.ClientIdentifierNotValid;
            }

            packet.ClientId = $"auto-{Guid.NewGuid():N}";
            isAssigned = true;
        }

        return packet.ClientId.Length > LongestClientId || packet.ClientId.Contains('\0')
            ? MqttConnectReasonCode.ClientIdentifierNotValid
            : MqttConnectReasonCode.Success;
    }

    /// <summary>How long the session outlives its connection, in seconds: what the client asks for, up to the limit.</summary>
    public uint ExpirySeconds(MqttConnectPacket packet, MqttProtocolVersion version)
    {
        var asked = version == MqttProtocolVersion.V500 ? packet.SessionExpiryInterval : packet.CleanSession ? 0 : uint.MaxValue;
        return Limit(asked);
    }

    /// <summary>An expiry up to the limit, in seconds.</summary>
    public uint Limit(uint asked) => Math.Min(asked, (uint)options.SessionExpiry.TotalSeconds);

    private MqttConnectReasonCode? CheckLogin(MqttConnectPacket packet, string user, MqttProtocolVersion version, EndPoint remote)
    {
        if (!logins.MayTry(remote, packet.Username))
        {
            logins.Refused(remote, packet.Username, "too many failed logins, not checked", isChecked: false);
            return version == MqttProtocolVersion.V500 ? MqttConnectReasonCode.ConnectionRateExceeded : MqttConnectReasonCode.ServerUnavailable;
        }

        if (IsSame(Encoding.UTF8.GetBytes(packet.Username ?? ""), user) & IsSame(packet.Password ?? [], credentials.Password))
        {
            logins.Succeeded(remote, packet.Username);
            return null;
        }

        logins.Refused(remote, packet.Username, packet.Username is null ? "no user name" : "wrong user name or password", isChecked: true);
        return MqttConnectReasonCode.BadUserNameOrPassword;
    }

    // In constant time, so that a guess does not learn how much of it was right.
    private static bool IsSame(byte[] given, string? expected) => CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(expected ?? ""));
}
