using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechTemp.Api;
using TechTemp.Data.Store;
using TechTemp.ServiceDefaults;
using TechTemp.ServiceDefaults.Hosting;
using TechTemp.ServiceDefaults.Mqtt;

return await HostStart.RunAsync(
    args,
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
