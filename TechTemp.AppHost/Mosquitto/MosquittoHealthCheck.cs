using System.Security.Cryptography;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MQTTnet;
using MQTTnet.Exceptions;

namespace TechTemp.AppHost.Mosquitto;

/// <summary>
/// Healthy while a connection with an account of the broker stands. Before each connection it tries a wrong password, which must be
/// refused: another broker at this address would accept anybody, and must not learn the right one. Between connections it
/// logs in nowhere, so the broker's log stays quiet.
/// </summary>
internal sealed class MosquittoHealthCheck(MosquittoResource broker) : IHealthCheck, IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private IMqttClient? _client;

    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return _client is { IsConnected: true } ? HealthCheckResult.Healthy() : await ConnectAsync(cancellationToken);
        }
        catch (Exception e) when (e is MqttCommunicationException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The broker does not answer.", e);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _client?.Dispose();
        _one.Dispose();
    }

    private async Task<HealthCheckResult> ConnectAsync(CancellationToken cancellationToken)
    {
        _client?.Dispose();
        _client = null;
        var account = broker.Accounts[0];
        using (var stranger = new MqttClientFactory().CreateMqttClient())
        {
            var wrong = account.CreateClientOptions(RandomNumberGenerator.GetHexString(32));
            if ((await stranger.ConnectAsync(wrong, cancellationToken)).ResultCode == MqttClientConnectResultCode.Success)
            {
                return HealthCheckResult.Unhealthy(
                    $"The broker at {account.Endpoint.Host}:{account.Endpoint.Port} accepts a wrong password. It is another one, or it has no password file.");
            }
        }

        var client = new MqttClientFactory().CreateMqttClient();
        var answer = await client.ConnectAsync(await account.CreateClientOptionsAsync(cancellationToken), cancellationToken);
        if (answer.ResultCode != MqttClientConnectResultCode.Success)
        {
            client.Dispose();
            return HealthCheckResult.Unhealthy($"The broker refuses the connection ({answer.ResultCode}).");
        }

        _client = client;
        return HealthCheckResult.Healthy();
    }
}
