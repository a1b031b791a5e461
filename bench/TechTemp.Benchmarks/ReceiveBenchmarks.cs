using System.Buffers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using TechTemp.Data;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite;
using TechTemp.Ingest;
using TechTemp.Ingest.Mqtt;
using TechTemp.Ingest.Pipeline;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Benchmarks;

/// <summary>A message from the MQTT library until it waits for its commit.</summary>
public class ReceiveBenchmarks
{
    private const int Messages = 5_000;
    private const string Topic = "home/home1/sensors/sensor-05/reading";
    private readonly ReadingOrigin _origin = new(Topic);
    private readonly byte[] _payload = Encoding.UTF8.GetBytes("""{"ts": 1757537685793, "temperature_c": 21.02, "humidity_pct": 63.33}""");

    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private IHost _host = null!;
    private MqttApplicationMessageReceivedEventArgs[] _received = null!;
    private MqttReception _reception = null!;

    /// <summary>A host that is never started: nothing takes out of the queue.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Mqtt:Url"] = "mqtt://127.0.0.1:1883";
        builder.AddStoreOwner(new SqliteProvider());
        builder.AddMqttConnection(HealthStatus.Unhealthy);
        builder.AddIngestPipeline();
        builder.AddMqttIngest();
        _host = builder.Build();
    }

    /// <summary>What the library hands over, and an empty queue.</summary>
    [IterationSetup(Target = nameof(Receive))]
    public void Fill()
    {
        _reception = ActivatorUtilities.CreateInstance<MqttReception>(_host.Services, _client, ActivatorUtilities.CreateInstance<IngestPipeline>(_host.Services));
        var message = new MqttApplicationMessage { Topic = Topic, Payload = new ReadOnlySequence<byte>(_payload), QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce };
        _received = [.. Enumerable.Range(0, Messages).Select(_ => new MqttApplicationMessageReceivedEventArgs("client", message, new MqttPublishPacket(), (_, _) => Task.CompletedTask))];
    }

    /// <summary>Topic and payload, parsed and checked.</summary>
    [Benchmark(Description = "parse and check one message")]
    public IncomingMessage Parse() => IncomingMessage.FromMqtt(_origin, _payload, Site.End);

    /// <summary>All that is ours before the commit, the growth of the queue included.</summary>
    [Benchmark(Description = "parse, check and queue one message", OperationsPerInvoke = Messages)]
    public void Receive()
    {
        foreach (var received in _received)
        {
            _reception.Receive(received);
        }
    }

    /// <summary>Ends it.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _host.Dispose();
        _client.Dispose();
    }
}
