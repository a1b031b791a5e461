using Microsoft.Extensions.DependencyInjection;
using TechTemp.AppHost.Development;

namespace TechTemp.AppHost.Mosquitto;

/// <summary>Adds a Mosquitto broker to the model.</summary>
internal static class MosquittoHosting
{
    public const string Image = "eclipse-mosquitto";
    public const string Tag = "2.0.22";
    public const string PasswordFile = "mosquitto_passwords";

    // An account as ./credentials makes it for a device of that name.
    public const string SensorAccount = "sensor-01";

    private const string SecretsFolder = "/run/secrets";
    private const int MqttPort = 1883;
    private const int InternalPort = 1884;
    private const int SharedPort = 1885;

    // The user of the image.
    private const int UserId = 1883;

    /// <summary>
    /// Adds the broker, with a health check that logs in. In run mode it listens on a free port: on a usual one another broker may answer.
    /// </summary>
    public static IResourceBuilder<MosquittoResource> AddMosquitto(this IDistributedApplicationBuilder builder, string name)
    {
        var broker = new MosquittoResource(name);
        var key = $"{name}_connect";
        // One instance: it keeps its connection from check to check.
        builder.Services.AddKeyedSingleton(key, (_, _) => new MosquittoHealthCheck(broker));
        builder.Services.AddHealthChecks()
            .Add(new(key, provider => provider.GetRequiredKeyedService<MosquittoHealthCheck>(key), failureStatus: null, tags: null));
        var resource = builder.AddResource(broker)
            .WithImage(Image, Tag)
            .WithEndpoint(
                port: builder.ExecutionContext.IsRunMode ? null : MqttPort, targetPort: MqttPort, scheme: "mqtt", name: MosquittoResource.EndpointName, isExternal: true)
            .WithEndpoint(targetPort: InternalPort, scheme: "mqtt", name: MosquittoResource.InternalEndpointName)
            .WithHealthCheck(key)
            .WithoutLinks()
            .WithIconName("ArrowSwap");
        // Published, the password file is a secret that the operator makes.
        return builder.ExecutionContext.IsRunMode
            ? resource
                .WithEndpoint(targetPort: SharedPort, scheme: "mqtt", name: MosquittoResource.SharedEndpointName)
                .WithContainerFiles(SecretsFolder, (_, cancellationToken) => PasswordFileAsync(broker, cancellationToken), UserId, UserId)
                // Aspire shows what a container writes to standard error as errors. Mosquitto's own standard output is buffered.
                .WithEntrypoint("/bin/sh").WithArgs("-c", "exec /usr/sbin/mosquitto -c /mosquitto/config/mosquitto.conf 2>&1")
            : resource;
    }

    /// <summary>Tells the dashboard what its command for newcomers shows: the port that sensors use, and that each has an account. Published, the port is that of .env.</summary>
    public static IResourceBuilder<ProjectResource> WithBrokerExample(this IResourceBuilder<ProjectResource> dashboard, IResourceBuilder<MosquittoResource> broker) =>
        dashboard.ApplicationBuilder.ExecutionContext.IsRunMode
            ? dashboard.WithEnvironment("Dashboard__BrokerPort", broker.Resource.Endpoint.Property(EndpointProperty.Port)).WithEnvironment("Dashboard__BrokerUsername", SensorAccount)
            : dashboard;

    /// <summary>Mounts broker.conf with its rules, mosquitto.conf among what it includes, from a folder; in run mode shared.conf as well, for the simulator.</summary>
    public static IResourceBuilder<MosquittoResource> WithConfiguration(this IResourceBuilder<MosquittoResource> broker, string folder)
    {
        broker
            .WithBindMount($"{folder}/broker.conf", "/mosquitto/config/mosquitto.conf", isReadOnly: true)
            .WithBindMount($"{folder}/access.acl", "/mosquitto/config/access.acl", isReadOnly: true)
            .WithBindMount($"{folder}/mosquitto.conf", "/mosquitto/config/conf.d/mosquitto.conf", isReadOnly: true);
        return broker.ApplicationBuilder.ExecutionContext.IsRunMode
            ? broker.WithBindMount($"{folder}/shared.conf", "/mosquitto/config/conf.d/shared.conf", isReadOnly: true)
            : broker;
    }

    /// <summary>Keeps sessions, queues and retained messages in a volume.</summary>
    public static IResourceBuilder<MosquittoResource> WithDataVolume(this IResourceBuilder<MosquittoResource> broker, string name) =>
        broker.WithVolume(name, "/mosquitto/data");

    /// <summary>Adds a user. Its password is generated, and remembered in the user secrets.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="user">The name.</param>
    /// <param name="endpointName">The listener for accounts of this kind.</param>
    public static IResourceBuilder<MosquittoAccountResource> AddAccount(
        this IResourceBuilder<MosquittoResource> broker, string user, string endpointName = MosquittoResource.InternalEndpointName)
    {
        var builder = broker.ApplicationBuilder;
        var name = $"{broker.Resource.Name}-{user}";
        var password = builder.AddParameter($"{name}-password", new GenerateParameterDefault { MinLength = 22, Special = false }, secret: true, persist: true);
        var account = new MosquittoAccountResource(name, user, password.Resource, broker.Resource, endpointName, withPassword: builder.ExecutionContext.IsRunMode);
        broker.Resource.Add(account);
        password.WithParentRelationship(broker);
        return builder.AddResource(account).WithIconName("PersonKey");
    }

    private static async Task<IEnumerable<ContainerFileSystemItem>> PasswordFileAsync(MosquittoResource broker, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var account in broker.Accounts)
        {
            lines.Add(MosquittoPasswords.Line(account.User, await account.Password.GetValueAsync(cancellationToken) ?? ""));
        }

        return [new ContainerFile { Name = PasswordFile, Contents = string.Join('\n', lines) + '\n', Mode = UnixFileMode.UserRead }];
    }
}
