using TechTemp.Testing.Otlp;

namespace TechTemp.Integration.Tests.Hosts;

public sealed class TelemetryResourceTests
{
    [Fact]
    public async Task What_a_program_calls_itself_is_replaced_by_the_environment()
    {
        await using var collector = new OtlpCollector();
        using var folder = new TempFolder();
        Dictionary<string, string> settings = new()
        {
            ["MQTT_URL"] = "mqtt://127.0.0.1:1",
            ["DB_PATH"] = folder.File("techtemp.db"),
            ["OTEL_SERVICE_NAME"] = "greenhouse-ingest",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "service.instance.id=ingest-7,deployment.environment.name=test",
        };
        foreach (var (name, value) in collector.Settings)
        {
            settings[name] = value;
        }

        await using var ingest = HostProcess.Start("TechTemp.Ingest", settings);

        var (_, resource) = await Eventually.ResultAsync(() => Task.FromResult(collector.Resources.FirstOrDefault()), found => found.Resource is not null, "it exports");
        Assert.Equal(
            ("greenhouse-ingest", "techtemp", "ingest-7", "test"),
            (resource["service.name"], resource["service.namespace"], resource["service.instance.id"], resource["deployment.environment.name"]));
    }
}
