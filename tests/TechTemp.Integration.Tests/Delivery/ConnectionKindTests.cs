namespace TechTemp.Integration.Tests.Delivery;

/// <summary>Ingest at a real Mosquitto over each scheme that its address may have besides <c>mqtt</c>.</summary>
public sealed class ConnectionKindTests
{
    [Theory]
    [InlineData("mqtts")]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task Readings_come_and_states_go_over_every_kind_of_connection(string scheme)
    {
        await using var broker = await TlsBroker.StartAsync("ingest", "p@ss:word");
        using var folder = new TempFolder();
        await using var ingest = await StartIngestAsync(broker, scheme, folder);

        await broker.Client.PublishAsync(SampleReading.Topic("any"), SampleReading.Payload());
        await StateAsync(broker, SampleReading.Ts);

        await using (var publisher = broker.Client.StartPublishing(SampleReading.Topic("any")))
        {
            for (var i = 1; i <= 2_000; i++)
            {
                await publisher.PublishAsync(SampleReading.Payload(SampleReading.Ts + i));
            }

            await publisher.CompleteAsync();
        }

        await StateAsync(broker, SampleReading.Ts + 2_000);
        Assert.Equal(0, await ingest.StopAsync());
        Assert.DoesNotContain("p@ss", ingest.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqtts")]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task A_broker_that_answers_no_more_is_missed_over_every_kind_of_connection(string scheme)
    {
        await using var broker = await TlsBroker.StartAsync("ingest", "p@ss:word");
        using var folder = new TempFolder();
        await using var ingest = await StartIngestAsync(broker, scheme, folder, ("Mqtt__KeepAlive", "00:00:01"));

        broker.Freeze(true);
        await ingest.HealthAsync(health => health is { Status: 503, Body: """{"status":"failed","failed":["broker"]}""" }, "failed without broker");
        broker.Freeze(false);
        await ingest.HealthAsync(health => health.Status == 200, "ok again");
        await broker.Client.PublishAsync(SampleReading.Topic("any"), SampleReading.Payload());
        await StateAsync(broker, SampleReading.Ts);
    }

    private static Task<HostProcess> StartIngestAsync(TlsBroker broker, string scheme, TempFolder folder, params (string Name, string Value)[] settings) =>
        HostProcess.StartHealthyAsync(
            "TechTemp.Ingest",
            new Dictionary<string, string>(settings.Select(s => KeyValuePair.Create(s.Name, s.Value)))
            {
                ["MQTT_URL"] = broker.UrlOf(scheme),
                ["MQTT_USERNAME"] = "ingest",
                ["MQTT_PASSWORD"] = "p@ss:word",
                ["DB_PATH"] = folder.File("techtemp.db"),
                ["LOG_LEVEL"] = "info",
                // What the machine trusts: where an operator adds an authority of his own.
                ["SSL_CERT_FILE"] = broker.CaFile,
            });

    private static Task StateAsync(TlsBroker broker, long ts) => Eventually.TrueAsync(
        async () => (await broker.Client.RetainedAsync(SampleReading.StateTopic("any")))?.Contains($"\"ts\":{ts},", StringComparison.Ordinal) == true, "the state is retained");
}
