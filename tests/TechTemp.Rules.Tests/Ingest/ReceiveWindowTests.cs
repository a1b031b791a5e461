using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;
using TechTemp.Rules.Tests.Support;
using TechTemp.ServiceDefaults.Mqtt;
using FreePort = TechTemp.Testing.FreePort;

namespace TechTemp.Rules.Tests.Ingest;

/// <summary>MQTTnet's server is a broker that does not keep to the Receive Maximum.</summary>
public sealed class ReceiveWindowTests : IAsyncDisposable
{
    private const int Limit = 20, Count = 200;

    private readonly int _port = FreePort.Next();
    private readonly MqttServer _broker;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<MqttApplicationMessageReceivedEventArgs> _received = new();
    private Task _connection = Task.CompletedTask;

    public ReceiveWindowTests()
    {
        _broker = new MqttServerFactory().CreateMqttServer(new MqttServerOptionsBuilder()
            .WithDefaultEndpoint().WithDefaultEndpointPort(_port).WithDefaultEndpointBoundIPAddress(IPAddress.Loopback)
            .WithDefaultEndpointBoundIPV6Address(IPAddress.None).Build());
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _connection;
        await _broker.StopAsync();
        _broker.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task No_more_is_read_than_may_be_unacknowledged_whatever_the_broker_sends()
    {
        await _broker.StartAsync();
        var subscribed = new TaskCompletionSource();
        var connection = new MqttConnection(
            Options.Create(new MqttOptions { Url = string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{_port}") }), TimeProvider.System, NullLogger<MqttConnection>.Instance);
        _connection = connection.RunAsync(
            "window",
            builder => builder.WithReceiveMaximum(Limit),
            (client, _) =>
            {
                client.ApplicationMessageReceivedAsync += e =>
                {
                    e.AutoAcknowledge = false;
                    _received.Enqueue(e);
                    return Task.CompletedTask;
                };
                return Task.CompletedTask;
            },
            async (client, _, cancellationToken) =>
            {
                await client.SubscribeAsync("t", MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken);
                subscribed.SetResult();
            },
            _stop.Token);
        await subscribed.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        for (var i = 0; i < Count; i++)
        {
            var message = new MqttApplicationMessageBuilder()
                .WithTopic("t").WithPayload(i.ToString(CultureInfo.InvariantCulture)).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build();
            await _broker.InjectApplicationMessage(new InjectedMqttApplicationMessage(message), Cancel);
        }

        for (var acknowledged = 0; acknowledged < Count; acknowledged++)
        {
            await Eventually.True(() => _received.Count == Math.Min(acknowledged + Limit + 1, Count));
            await _received.ElementAt(acknowledged).AcknowledgeAsync(Cancel);
        }

        Assert.Equal(
            Enumerable.Range(0, Count), _received.Select(e => int.Parse(Encoding.UTF8.GetString(e.ApplicationMessage.Payload), CultureInfo.InvariantCulture)));
    }
}
