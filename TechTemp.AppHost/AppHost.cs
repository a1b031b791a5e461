using TechTemp.AppHost;
using TechTemp.AppHost.Commands;
using TechTemp.AppHost.Development;
using TechTemp.AppHost.Mosquitto;

var builder = DistributedApplication.CreateBuilder(args);

builder.AddCompose();

var mosquitto = builder.AddMosquitto(ResourceNames.Mosquitto)
    .WithConfiguration("../infrastructure/mosquitto")
    .WithDataVolume(builder.VolumeName(ResourceNames.MosquittoData))
    .PublishToCompose();

var ingestAccount = mosquitto.AddAccount("ingest");
var apiAccount = mosquitto.AddAccount("api");

var store = builder.AddStore(ResourceNames.Store);

var workers = store.Workers.Select((name, number) => builder
    .AddProject<Projects.TechTemp_Ingest>(name, options => options.ExcludeLaunchProfile = true)
    .WithHttpEndpoint(port: number == 0 ? builder.HostPort(3001) : null, targetPort: Publishing.ImagePort(builder))
    .WithHttpHealthCheck("/health")
    .WithReference(ingestAccount, ResourceNames.Mosquitto).WaitFor(mosquitto)
    .WithStore(store)
    .WithWorkerName(store)
    .WithLink("/health", "Health")
    .WithIconName("DatabaseArrowDown")
    .PublishToCompose("ingest", store)).ToList();
var ingest = workers[0];

// It answers from the store without a broker, but ingest owns the schema.
var api = builder.AddProject<Projects.TechTemp_Api>(ResourceNames.Api, options => options.ExcludeLaunchProfile = true)
    .WithHttpEndpoint(port: builder.HostPort(3000), targetPort: Publishing.ImagePort(builder))
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(apiAccount, ResourceNames.Mosquitto)
    .WithStore(store).WaitFor(ingest)
    .WithLink("/scalar", "API reference")
    .WithLink("/health", "Health")
    .WithIconName("PlugConnected")
    .PublishToCompose("api", store, "${HTTP_ADDRESS:-127.0.0.1}:${HTTP_PORT:-3000}:8080");

builder.AddProject<Projects.TechTemp_Dashboard>(ResourceNames.Dashboard, options => options.ExcludeLaunchProfile = true)
    .WithHttpEndpoint(port: builder.HostPort(3002), targetPort: Publishing.ImagePort(builder))
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithEnvironment("API_URL", api.GetEndpoint("http")).WaitFor(api)
    .WithBrokerExample(mosquitto)
    .WithLink("/", "Dashboard")
    .WithIconName("DataTrending")
    .PublishClientToCompose("dashboard", "${DASHBOARD_ADDRESS:-127.0.0.1}:${DASHBOARD_PORT:-3002}:8080");

if (builder.ExecutionContext.IsRunMode)
{
    var sensorsAccount = mosquitto.AddAccount("sensors", MosquittoResource.SharedEndpointName);
    var sensors = builder.AddParameter(ResourceNames.Sensors)
        .WithDescription("The number of simulated sensors. A change takes effect when the simulator is restarted.");

    builder.AddProject<Projects.TechTemp_Device>(ResourceNames.Simulator, options => options.ExcludeLaunchProfile = true)
        // The account that sensors share may not read their states.
        .WithArgs("simulate", "--acknowledged-by", "broker", "--devices", sensors)
        .WithReference(sensorsAccount, ResourceNames.Mosquitto).WaitFor(ingest)
        .WithIconName("Temperature")
        .WithBurstCommand(sensorsAccount);

    ingest.WithBackupCommand(store);
    api.WithReplayCommand().WithReferenceCommand();
}

// The monitoring profile of docker compose has its place here.

builder.Build().Run();
