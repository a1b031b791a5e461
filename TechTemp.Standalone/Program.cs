using TechTemp.Api;
using TechTemp.Dashboard;
using TechTemp.Data;
using TechTemp.Data.Sqlite;
using TechTemp.Data.Store;
using TechTemp.Ingest;
using TechTemp.Ingest.Instances;
using TechTemp.Ingest.Verbs;
using TechTemp.ServiceDefaults;
using TechTemp.ServiceDefaults.Hosting;
using TechTemp.Standalone;
using TechTemp.Standalone.Broker;
using TechTemp.Standalone.Broker.Connections;
using TechTemp.Standalone.Demo;

return await HostStart.RunAsync(
    args,
    new("TechTemp in one process: MQTT broker, ingest, HTTP API, dashboard and store.")
    {
        Verbs = StoreVerbs.All,
        ShortForms = ["MQTT_PORT", "MQTT_USERNAME", "MQTT_PASSWORD", "DB_PATH", "demo"],
    },
    options =>
    {
        var builder = WebApplication.CreateBuilder(options);
        builder.AddServiceDefaults(defaultPort: 3000);
        builder.AddStoreLock();
        builder.AddStoreOwner(new SqliteProvider());
        builder.AddIngestPipeline();
        builder.AddEmbeddedBroker();
        builder.AddApi();
        builder.AddDashboard();
        builder.AddDemo();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapApi();
        app.MapBroker();
        app.MapDashboard();
        return app;
    },
    explained: [typeof(StoreException), typeof(InstanceReplacedException)]);
