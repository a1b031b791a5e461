using System.Collections.Concurrent;
using MQTTnet.Server;

namespace TechTemp.Standalone.Broker;

/// <summary>
/// Whose client ids are in use. MQTT gives the session of a client id to whoever connects with it (MQTT 5, section 3.1.4); here only to
/// clients with the same user name, for as long as the first one is connected. There is no session of ours to protect: the
/// pipeline and the live stream are in this process, and a reading is on disk before its PUBACK.
/// </summary>
internal sealed class ClientIds(MqttServer server)
{
    private readonly ConcurrentDictionary<string, string> _users = new();

    /// <summary>Whether a client with this user name may have this id now; it is its from then on.</summary>
    public async Task<bool> TryTakeAsync(string clientId, string? userName)
    {
        var user = userName ?? "";
        if (_users.TryGetValue(clientId, out var owner) && owner != user && (await server.GetClientsAsync()).Any(client => client.Id == clientId))
        {
            return false;
        }

        _users[clientId] = user;
        return true;
    }

    /// <summary>A client has left.</summary>
    public Task ReleaseAsync(ClientDisconnectedEventArgs e)
    {
        // Taken over it is in use.
        if (e.DisconnectType != MqttClientDisconnectType.Takeover)
        {
            _users.TryRemove(e.ClientId, out _);
        }

        return Task.CompletedTask;
    }
}
