using TechTemp.AppHost;
using TechTemp.AppHost.Mosquitto;

var builder = DistributedApplication.CreateBuilder(args);

builder.AddCompose();

var mosquitto = builder.AddMosquitto(ResourceNames.Mosquitto, port: 1883)
    .WithConfiguration("../infrastructure/mosquitto")
    .WithDataVolume(ResourceNames.MosquittoData)
    .PublishToCompose();

var ingestAccount = mosquitto.AddAccount("ingest");
var apiAccount = mosquitto.AddAccount("api");

var store = builder.AddStore(ResourceNames.Store);

var ingest = builder.AddProject<Projects.TechTemp_Ingest>(ResourceNames.Ingest, options => options.ExcludeLaunchProfile = true)
    .WithHttpEndpoint(port: 3001, targetPort: Publishing.ImagePort(builder))
    .WithHttpHealthCheck("/health")
    .WithReference(ingestAccount, ResourceNames.Mosquitto).WaitFor(mosquitto)
    .WithReference(store)
    .PublishToCompose("ingest");

// It answers from the store without a broker, but ingest owns the schema.
var api = builder.AddProject<Projects.TechTemp_Api>(ResourceNames.Api, options => options.ExcludeLaunchProfile = true)
    .WithHttpEndpoint(port: 3000, targetPort: Publishing.ImagePort(builder))
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(apiAccount, ResourceNames.Mosquitto)
    .WithReference(store).WaitFor(ingest)
    .PublishToCompose("api", "${HTTP_ADDRESS:-127.0.0.1}:${HTTP_PORT:-3000}:8080");

builder.AddProject<Projects.TechTemp_Dashboard>(ResourceNames.Dashboard, options => options.ExcludeLaunchProfile = true)
    .WithHttpEndpoint(port: 3002, targetPort: Publishing.ImagePort(builder))
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithEnvironment("API_URL", api.GetEndpoint("http")).WaitFor(api)
    .PublishClientToCompose("dashboard", "${DASHBOARD_ADDRESS:-127.0.0.1}:${DASHBOARD_PORT:-3002}:8080");

if (builder.ExecutionContext.IsRunMode)
{
    builder.AddProject<Projects.TechTemp_Device>(ResourceNames.Simulator, options => options.ExcludeLaunchProfile = true)
        // The account that sensors share may not read their states.
        .WithArgs("simulate", "--acknowledged-by", "broker")
        .WithReference(mosquitto.AddAccount("sensors"), ResourceNames.Mosquitto).WaitFor(ingest);
}

// The monitoring profile of docker compose has its place here.

builder.Build().Run();
