using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechTemp.Api;
using TechTemp.Data;
using TechTemp.Data.Postgres;
using TechTemp.Data.Sqlite;
using TechTemp.Data.Store;
using TechTemp.ServiceDefaults;
using TechTemp.ServiceDefaults.Hosting;
using TechTemp.ServiceDefaults.Mqtt;

return await HostStart.RunAsync(
    args,
    new("TechTemp's HTTP API: serves readings, devices and rooms from the store.")
    {
        ShortForms = ["MQTT_URL", "MQTT_USERNAME", "MQTT_PASSWORD", "DB_PATH", "DB_URL", "DB_PASSWORD"],
    },
    options =>
    {
        var builder = WebApplication.CreateBuilder(options);
        builder.AddServiceDefaults(defaultPort: 3000);
        builder.AddStore(new SqliteProvider(), new PostgresProvider());
        builder.AddMqttConnection(withoutBroker: HealthStatus.Degraded);
        builder.AddApi();
        builder.AddLive();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapApi();
        return app;
    },
    explained: [typeof(StoreException), typeof(MqttSessionTakenOverException)]);
