using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace TechTemp.ServiceDefaults.Mqtt;

/// <summary>Adds the connection to the broker to a host.</summary>
public static class MqttHosting
{
    /// <summary>
    /// Adds <see cref="MqttConnection"/> and its health check <c>broker</c>. Configuration:
    /// <code>{ "Mqtt": { "Url": "mqtt://localhost:1883", "Username": null, "Password": null } }</code>
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="withoutBroker">What the host is without its broker.</param>
    public static IHostApplicationBuilder AddMqttConnection(this IHostApplicationBuilder builder, HealthStatus withoutBroker)
    {
        builder.Services.AddOptions<MqttOptions>().BindConfiguration(MqttOptions.Section)
            .Configure<IConfiguration>((options, configuration) =>
            {
                if (configuration.GetConnectionString("mosquitto") is { Length: > 0 } connection)
                {
                    options.Url = connection;
                }
            })
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<MqttConnection>();
        builder.Services.AddHealthChecks().Add(new("broker", provider => new BrokerHealthCheck(provider.GetRequiredService<MqttConnection>()), withoutBroker, tags: null));
        return builder;
    }

    private sealed class BrokerHealthCheck(MqttConnection connection) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(connection.IsConnected ? HealthCheckResult.Healthy() : new(context.Registration.FailureStatus, "Not connected to the broker."));
    }
}
