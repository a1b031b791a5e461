using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechTemp.Data;
using TechTemp.Data.Postgres;
using TechTemp.Data.Sqlite;
using TechTemp.Data.Store;
using TechTemp.Ingest;
using TechTemp.Ingest.Instances;
using TechTemp.Ingest.Verbs;
using TechTemp.ServiceDefaults;
using TechTemp.ServiceDefaults.Hosting;
using TechTemp.ServiceDefaults.Mqtt;

return await HostStart.RunAsync(
    args,
    new("TechTemp's ingest: receives readings from an MQTT broker, stores them, then acknowledges them.")
    {
        Verbs = StoreVerbs.All,
        ShortForms = ["MQTT_URL", "MQTT_USERNAME", "MQTT_PASSWORD", "DB_PATH", "DB_URL", "DB_PASSWORD"],
    },
    options =>
    {
        var builder = WebApplication.CreateBuilder(options);
        builder.AddServiceDefaults(defaultPort: 3001);
        builder.AddStoreOwner(new SqliteProvider(), new PostgresProvider());
        builder.AddMqttConnection(withoutBroker: HealthStatus.Unhealthy);
        builder.AddIngestPipeline();
        builder.AddMqttIngest();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        return app;
    },
    explained: [typeof(StoreException), typeof(MqttSessionTakenOverException), typeof(InstanceReplacedException)]);
