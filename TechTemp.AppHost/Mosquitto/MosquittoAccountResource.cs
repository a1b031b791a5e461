using MQTTnet;
using MQTTnet.Formatter;

namespace TechTemp.AppHost.Mosquitto;

/// <summary>
/// A user of a broker. Its connection string is <c>mqtt://user:password@host:port</c>; published, it lacks the password,
/// which the program then has as a file.
/// </summary>
internal sealed class MosquittoAccountResource(string name, string user, ParameterResource password, MosquittoResource broker, string endpointName, bool withPassword)
    : Resource(name), IResourceWithConnectionString, IResourceWithParent<MosquittoResource>
{
    public string User => user;

    public ParameterResource Password => password;

    public MosquittoResource Parent => broker;

    /// <summary>The listener for accounts of this kind.</summary>
    public EndpointReference Endpoint => new(broker, endpointName);

    public ReferenceExpression ConnectionStringExpression => withPassword
        ? ReferenceExpression.Create($"mqtt://{user}:{password:uri}@{Endpoint.Property(EndpointProperty.HostAndPort)}")
        : ReferenceExpression.Create($"mqtt://{user}@{Endpoint.Property(EndpointProperty.HostAndPort)}");

    /// <summary>Options for a connection with this account, in MQTT 5.</summary>
    public async Task<MqttClientOptions> CreateClientOptionsAsync(CancellationToken cancellationToken) =>
        CreateClientOptions(await password.GetValueAsync(cancellationToken) ?? "");

    /// <summary>Options for a connection with this account's name and a password, in MQTT 5.</summary>
    public MqttClientOptions CreateClientOptions(string secret) => new MqttClientOptionsBuilder()
        .WithTcpServer(Endpoint.Host, Endpoint.Port)
        .WithProtocolVersion(MqttProtocolVersion.V500)
        .WithTimeout(TimeSpan.FromSeconds(3))
        .WithCredentials(user, secret)
        .Build();
}
