using Microsoft.Extensions.Options;
using TechTemp.Api.Condition;
using TechTemp.Dashboard.Api;
using TechTemp.Ingest.Pipeline;
using TechTemp.ServiceDefaults.Mqtt;
using TechTemp.Standalone.Broker.Connections;
using TechTemp.Standalone.Broker.Keeping;
using TechTemp.Standalone.Broker.Routing;

namespace TechTemp.Standalone.Broker;

internal static class BrokerHosting
{
    /// <summary>
    /// Adds the embedded broker, which feeds the pipeline and publishes its states, to the API's live stream as well. Configuration:
    /// <code>{ "Broker": { "Port": 1883, "SessionBytes": 4194304, "RetainedBytes": 16777216 }, "Mqtt": { "Username": null, "Password": null } }</code>
    /// </summary>
    public static WebApplicationBuilder AddEmbeddedBroker(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<BrokerOptions>().BindConfiguration(BrokerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<MqttOptions>().BindConfiguration(MqttOptions.Section).ValidateDataAnnotations().ValidateOnStart()
            .Validate<IConfiguration>(
                (_, configuration) => configuration["Mqtt:Url"] is null && string.IsNullOrEmpty(configuration.GetConnectionString("mosquitto")),
                "Mqtt:Url (MQTT_URL) is not for Standalone, which has a broker of its own and connects to no other. Remove it, or run TechTemp.Ingest and TechTemp.Api instead.")
            .Validate<IConfiguration>(
                (_, configuration) => configuration["Mqtt:ClientId"] is null,
                "Mqtt:ClientId is not for Standalone, whose broker hands readings over in the same process: there is no client of that id. Remove it, or run TechTemp.Ingest and TechTemp.Api instead.")
            .Validate<IConfiguration>(
                (_, configuration) => configuration["Mqtt:SessionExpiry"] is null,
                "Mqtt:SessionExpiry is not for Standalone, whose broker queues nothing for ingest: it acknowledges what is on disk. Remove it, or run TechTemp.Ingest and TechTemp.Api instead.");
        builder.Services.AddSingleton(provider => provider.GetRequiredService<IOptions<BrokerOptions>>().Value);
        builder.Services.AddSingleton(provider => provider.GetRequiredService<IOptions<MqttOptions>>().Value);
        builder.Services.AddOptions<DashboardOptions>().PostConfigure<IOptions<BrokerOptions>, IOptions<MqttOptions>, IConfiguration>((dashboard, broker, mqtt, configuration) =>
        {
            // A container's port may be published as another one: what is said comes first.
            dashboard.BrokerPort = configuration[$"{DashboardOptions.Section}:{nameof(DashboardOptions.BrokerPort)}"] is null ? broker.Value.Port : dashboard.BrokerPort;
            dashboard.BrokerUsername ??= mqtt.Value.Username;
        });
        builder.Services.AddSingleton<LoginGuard>();
        builder.Services.AddSingleton<ConnectRules>();
        builder.Services.AddSingleton<BrokerTelemetry>();
        builder.Services.AddSingleton<MessageRouter>();
        builder.Services.AddSingleton<ReadingIntake>();
        builder.Services.AddSingleton<ConnectionTable>();
        builder.Services.AddSingleton<BrokerKeeper>();
        builder.Services.AddSingleton<EmbeddedBroker>();
        builder.Services.AddSingleton<IStateSink, StateSink>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<EmbeddedBroker>());
        builder.Services.AddSingleton(provider => new MessagesInHand(() => provider.GetRequiredService<IngestPipeline>().InHand));
        builder.Services.AddHealthChecks().AddCheck<BrokerHealthCheck>(BrokerHealthCheck.Name);
        return builder;
    }
}
