using Microsoft.Extensions.Diagnostics.HealthChecks;
using MQTTnet;

namespace TechTemp.AppHost.Mosquitto;

/// <summary>Healthy when the broker lets an account in: it runs, and it has read its password file.</summary>
internal sealed class MosquittoHealthCheck(MosquittoResource broker) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer(broker.Endpoint.Host, broker.Endpoint.Port)
            .WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500)
            .WithTimeout(TimeSpan.FromSeconds(3));
        if (broker.Accounts is [var account, ..])
        {
            options = options.WithCredentials(account.User, await account.Password.GetValueAsync(cancellationToken) ?? "");
        }

        using var client = new MqttClientFactory().CreateMqttClient();
        try
        {
            var answer = await client.ConnectAsync(options.Build(), cancellationToken);
            if (answer.ResultCode != MqttClientConnectResultCode.Success)
            {
                return HealthCheckResult.Unhealthy($"The broker refuses the connection ({answer.ResultCode}).");
            }

            await client.DisconnectAsync(new MqttClientDisconnectOptions(), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is MQTTnet.Exceptions.MqttCommunicationException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The broker does not answer.", e);
        }
    }
}
