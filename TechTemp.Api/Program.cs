using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechTemp.Api;
using TechTemp.Data.Sqlite;
using TechTemp.Data.Store;
using TechTemp.ServiceDefaults;
using TechTemp.ServiceDefaults.Hosting;
using TechTemp.ServiceDefaults.Mqtt;

return await HostStart.RunAsync(
    args,
    new("TechTemp's HTTP API: serves readings, devices and rooms from the store.")
    {
        ShortForms = ["MQTT_URL", "MQTT_USERNAME", "MQTT_PASSWORD", "DB_PATH"],
    },
    options =>
    {
        var builder = WebApplication.CreateBuilder(options);
        builder.AddServiceDefaults(defaultPort: 3000);
        builder.AddStore();
        builder.AddMqttConnection(withoutBroker: HealthStatus.Degraded);
        builder.AddApi();
        builder.AddLive();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapApi();
        return app;
    },
    explained: [typeof(StoreException), typeof(MqttSessionTakenOverException)]);
