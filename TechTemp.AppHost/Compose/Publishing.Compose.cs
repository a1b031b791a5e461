using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;
using TechTemp.AppHost.Mosquitto;
using TechTemp.AppHost.Postgres;

// The other half declares these methods; both halves need one namespace.
namespace TechTemp.AppHost;

/// <summary>
/// What docker compose needs beyond the model: images built from the repository, health, limits, and as few rights as
/// the services can live with. The files are docker-compose.yaml and docker-compose.postgres.yaml in infrastructure/compose; paths in them are relative to there.
/// Compiled only where Aspire.Hosting.Docker can be restored.
/// </summary>
internal static partial class Publishing
{
    private const string Secrets = "./secrets";
    private const string SecretsFolder = "/run/secrets";

    // Beside the network of all services: of the dashboard and the API alone, so that the dashboard reaches neither broker nor ingest.
    private const string Network = "techtemp";
    private const string ClientNetwork = "dashboard";

    // Of the database and the programs that use it, without a way out.
    private const string StoreNetwork = "store";

    // Asks for something that nobody may read. 0: let in; 5: refused for want of a name. Either way it is at work.
    private const string MosquittoProbe =
        "mosquitto_sub -h 127.0.0.1 -V mqttv311 -t health -E -W 3 >/dev/null 2>&1; case $$? in 0|5) exit 0;; esac; exit 1";

    static partial void AddComposeEnvironment(IDistributedApplicationBuilder builder) => builder
        .AddDockerComposeEnvironment("compose")
        .WithDashboard(false)
        .WithProperties(environment => environment.DefaultNetworkName = Network)
        .ConfigureComposeFile(file =>
        {
            // Older versions of docker compose refuse it; the folder's name serves as well.
            file.Name = null;
            file.AddNetwork(new() { Name = ClientNetwork, Driver = "bridge" });
            if (file.Services.ContainsKey(ResourceNames.Postgres))
            {
                file.AddNetwork(new() { Name = StoreNetwork, Driver = "bridge", Internal = true });
            }

            foreach (var source in file.Services.Values.SelectMany(service => service.Secrets ?? []).Select(secret => secret.Source!))
            {
                file.Secrets[source] = new Secret { File = $"{Secrets}/{source}" };
            }
        })
        // .env.example says what may be set.
        .ConfigureEnvFile(variables => variables.Clear());

    static partial void AddBrokerService(IResourceBuilder<MosquittoResource> broker) =>
        broker.PublishAsDockerComposeService((_, service) =>
        {
            service.Harden(user: "1883:1883", cpus: "1", memory: "1536M", probe: ["CMD-SHELL", MosquittoProbe]);
            service.Ports = ["${MQTT_ADDRESS:-127.0.0.1}:${MQTT_PORT:-1883}:1883"];
            service.Expose = [];
            service.Secrets = [new() { Source = MosquittoHosting.PasswordFile, Target = MosquittoHosting.PasswordFile }];
            foreach (var mount in broker.Resource.Annotations.OfType<ContainerMountAnnotation>().Where(m => m.Type == ContainerMountType.BindMount))
            {
                service.Volumes.Single(volume => volume.Target == mount.Target).Source = $"../mosquitto/{Path.GetFileName(mount.Source)}";
            }
        });

    static partial void AddDatabaseService(IResourceBuilder<PostgresServerResource> server) =>
        server.PublishAsDockerComposeService((_, service) =>
        {
            service.Image = $"{PostgresHosting.Image}:{PostgresHosting.Tag}";
            // Over TCP: while the image makes the database, a server answers on the socket alone.
            service.Harden(
                user: $"{PostgresHosting.UserId}:{PostgresHosting.UserId}", cpus: "${CPUS:-1}", memory: "1024M",
                probe: ["CMD-SHELL", $"pg_isready -q -h 127.0.0.1 -U {PostgresHosting.User} -d {ResourceNames.StoreConnection}"]);
            service.Tmpfs = ["/tmp", "/var/run/postgresql:mode=1777"];
            service.Environment.Remove("POSTGRES_PASSWORD");
            service.Environment["POSTGRES_PASSWORD_FILE"] = $"{SecretsFolder}/{PostgresHosting.PasswordFile}";
            service.Environment["POSTGRES_DB"] = ResourceNames.StoreConnection;
            service.Secrets = [new() { Source = PostgresHosting.PasswordFile, Target = PostgresHosting.PasswordFile }];
            service.Networks = [StoreNetwork];
            service.Ports = [];
            service.Expose = [];
            // SIGTERM would wait until every client has gone.
            service.StopSignal = "SIGINT";
        });

    static partial void AddHostService(IResourceBuilder<ProjectResource> host, string target, SelectedStore store, string[] ports) =>
        host.AddService(target, ports, service =>
        {
            service.Secrets = [new() { Source = $"{target}_password", Target = "MQTT_PASSWORD" }];
            service.Networks = target == ResourceNames.Api ? [Network, ClientNetwork] : [Network];
            if (store.Database is not null)
            {
                service.Secrets.Add(new() { Source = PostgresHosting.StorePasswordFile, Target = "DB_PASSWORD" });
                service.Networks.Add(StoreNetwork);
            }
        });

    static partial void AddClientService(IResourceBuilder<ProjectResource> client, string target, string[] ports) =>
        client.AddService(target, ports, service =>
        {
            service.Networks = [ClientNetwork];
            service.Environment["Dashboard__BrokerPort"] = "${MQTT_PORT:-1883}";
            service.Environment["Dashboard__BrokerUsername"] = MosquittoHosting.SensorAccount;
        });

    private static void AddService(this IResourceBuilder<ProjectResource> host, string target, string[] ports, Action<Service> configure)
    {
        var program = Path.GetFileNameWithoutExtension(host.Resource.GetProjectMetadata().ProjectPath) + ".dll";
        host
            // Published without a proxy: nobody may say on whose behalf he asks.
            .DisableForwardedHeaders()
            .PublishAsDockerComposeService((_, service) =>
            {
                service.Image = $"techtemp-{target}:${{TECHTEMP_VERSION:-local}}";
                service.Build = new() { Context = "../..", Dockerfile = "infrastructure/docker/Dockerfile", Target = target };
                service.Harden(user: "1654:1654", cpus: "${CPUS:-1}", memory: "512M", probe: ["CMD", "dotnet", program, "--healthcheck"]);
                service.Environment["LOG_LEVEL"] = "${LOG_LEVEL:-Information}";
                // Others reach it by its service's name; .env has the names that people use.
                service.Environment["Http__Hosts"] = $"{service.Name} ${{HTTP_HOSTS:-}}";
                service.Environment["Http__Proxies"] = "${HTTP_PROXIES:-}";
                service.Ports = [.. ports];
                service.Expose = [];
                foreach (var dependency in service.DependsOn.Values)
                {
                    dependency.Condition = "service_healthy";
                }

                configure(service);
            });
    }

    private static void Harden(this Service service, string user, string cpus, string memory, List<string> probe)
    {
        service.User = user;
        service.ReadOnly = true;
        service.Tmpfs = ["/tmp"];
        service.CapDrop = ["ALL"];
        service.SecurityOpt = ["no-new-privileges:true"];
        service.Restart = "unless-stopped";
        // Longer than a host takes at most to finish its work, 30 s.
        service.StopGracePeriod = "40s";
        service.Healthcheck = new() { Test = probe, Interval = "10s", Timeout = "5s", Retries = 3, StartPeriod = "60s" };
        service.Logging = new() { Driver = "json-file", Options = new() { ["max-size"] = "10m", ["max-file"] = "3" } };
        service.Deploy = new() { Resources = new() { Limits = new ResourceSpec { Cpus = cpus, Memory = memory } } };
    }
}
