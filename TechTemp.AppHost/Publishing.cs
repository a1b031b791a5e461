using TechTemp.AppHost.Mosquitto;

namespace TechTemp.AppHost;

/// <summary>
/// What is published as docker-compose.yaml, or with PostgreSQL as docker-compose.postgres.yaml. The folder Compose has the other half of this class. Without it
/// (AspireCompose=false) the compiler drops the calls, and the model can only be run.
/// </summary>
internal static partial class Publishing
{
    private const int HostPort = 8080;

    /// <summary>The port that a host listens on in its image; in run mode Aspire chooses one.</summary>
    public static int? ImagePort(IDistributedApplicationBuilder builder) => builder.ExecutionContext.IsPublishMode ? HostPort : null;

    /// <summary>Publishing writes docker-compose.yaml.</summary>
    public static void AddCompose(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            AddComposeEnvironment(builder);
        }
    }

    /// <summary>Publishes the broker as a service of docker compose.</summary>
    public static IResourceBuilder<MosquittoResource> PublishToCompose(this IResourceBuilder<MosquittoResource> broker)
    {
        if (broker.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            AddBrokerService(broker);
        }

        return broker;
    }

    /// <summary>Publishes the database server as a service of docker compose.</summary>
    public static IResourceBuilder<PostgresServerResource> PublishToCompose(this IResourceBuilder<PostgresServerResource> server)
    {
        if (server.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            AddDatabaseService(server);
        }

        return server;
    }

    /// <summary>
    /// Publishes a host as a service of docker compose, with the password of its account, and with the store's volume or the password of the
    /// database.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="target">The Dockerfile's target, which is also the account's name.</param>
    /// <param name="store">The store.</param>
    /// <param name="ports">The published ports.</param>
    public static IResourceBuilder<ProjectResource> PublishToCompose(this IResourceBuilder<ProjectResource> host, string target, SelectedStore store, params string[] ports)
    {
        if (host.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            if (store.Database is null)
            {
                host.WithAnnotation(new ContainerMountAnnotation(ResourceNames.StoreData, StoreHosting.PublishedFolder, ContainerMountType.Volume, isReadOnly: false));
            }

            AddHostService(host, target, store, ports);
        }

        return host;
    }

    /// <summary>Publishes a client of the API as a service of docker compose, with neither store nor account, on a network with the API alone.</summary>
    /// <param name="client">The client.</param>
    /// <param name="target">The Dockerfile's target.</param>
    /// <param name="ports">The published ports.</param>
    public static IResourceBuilder<ProjectResource> PublishClientToCompose(this IResourceBuilder<ProjectResource> client, string target, params string[] ports)
    {
        if (client.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            AddClientService(client, target, ports);
        }

        return client;
    }

    static partial void AddComposeEnvironment(IDistributedApplicationBuilder builder);

    static partial void AddBrokerService(IResourceBuilder<MosquittoResource> broker);

    static partial void AddDatabaseService(IResourceBuilder<PostgresServerResource> server);

    static partial void AddHostService(IResourceBuilder<ProjectResource> host, string target, SelectedStore store, string[] ports);

    static partial void AddClientService(IResourceBuilder<ProjectResource> client, string target, string[] ports);
}
