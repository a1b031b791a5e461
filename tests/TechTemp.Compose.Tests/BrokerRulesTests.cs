using System.Globalization;

namespace TechTemp.Compose.Tests;

/// <summary>Who may do what at the broker, tried on a real Mosquitto with two independent clients.</summary>
public sealed class BrokerRulesTests
{
    private const string LivingRoom = "home/h1/sensors/living-room";
    private const string Kitchen = "home/h1/sensors/kitchen";

    [Theory]
    [InlineData("mqttv5")]
    [InlineData("mqttv311")]
    public async Task A_client_without_a_name_is_refused(string version)
    {
        await using var broker = await Broker.StartAsync();
        var outcome = await broker.PublishAsync(user: null, $"{LivingRoom}/reading", version: version);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("not authori", outcome.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("living-room", "wrong")]
    [InlineData("living-room", "")]
    [InlineData("nobody", "secret-of-nobody")]
    public async Task A_wrong_password_is_refused(string user, string password)
    {
        await using var broker = await Broker.StartAsync();
        var outcome = await broker.PublishAsync(user, $"{LivingRoom}/reading", password: password);
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("not authori", outcome.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("living-room", $"{LivingRoom}/reading", true)]
    [InlineData("living-room", "home/another/sensors/living-room/reading", true)]
    [InlineData("living-room", $"{LivingRoom}/status", true)]
    [InlineData("living-room", $"{LivingRoom}/state", false)]
    [InlineData("living-room", $"{Kitchen}/reading", false)]
    [InlineData("living-room", $"{Kitchen}/status", false)]
    [InlineData("living-room", "home/h1/sensors/living-room/reading/more", false)]
    [InlineData("living-room", "elsewhere", false)]
    [InlineData("sensors", $"{LivingRoom}/reading", true)]
    [InlineData("sensors", $"{LivingRoom}/status", true)]
    [InlineData("sensors", $"{LivingRoom}/state", false)]
    [InlineData("ingest", $"{LivingRoom}/state", true)]
    [InlineData("ingest", $"{LivingRoom}/reading", false)]
    [InlineData("api", $"{LivingRoom}/state", false)]
    [InlineData("api", $"{LivingRoom}/reading", false)]
    public async Task Each_account_writes_its_own_topics_and_no_others(string user, string topic, bool allowed)
    {
        await using var broker = await Broker.StartAsync();
        var outcome = (await broker.PublishAsync(user, topic)).Succeeded();
        Assert.Equal(!allowed, outcome.Error.Contains("Not authorized", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("living-room", $"{LivingRoom}/state")]
    [InlineData("kitchen", $"{Kitchen}/state")]
    [InlineData("sensors", "")]
    [InlineData("api", $"{Kitchen}/state {Kitchen}/status {LivingRoom}/state {LivingRoom}/status")]
    [InlineData("ingest", $"{Kitchen}/reading {Kitchen}/status {LivingRoom}/reading {LivingRoom}/status")]
    public async Task Each_account_sees_its_own_topics_and_no_others(string user, string expected)
    {
        await using var broker = await Broker.StartAsync();
        foreach (var sensor in new[] { "living-room", "kitchen" })
        {
            (await broker.RetainAsync(sensor, $"home/h1/sensors/{sensor}/reading")).Succeeded();
            (await broker.RetainAsync(sensor, $"home/h1/sensors/{sensor}/status")).Succeeded();
            (await broker.RetainAsync("ingest", $"home/h1/sensors/{sensor}/state")).Succeeded();
        }

        var seen = (await broker.SeenAsync(user, "#")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
        Assert.Equal(expected, string.Join(' ', seen));
    }

    [Theory]
    [InlineData(60_000, true)]
    [InlineData(70_000, false)]
    public async Task A_packet_that_no_reading_comes_near_is_refused(int bytes, bool accepted)
    {
        await using var broker = await Broker.StartAsync();
        // In MQTT 5 the client would know the limit and refuse by itself.
        var outcome = await broker.PublishAsync("living-room", $"{LivingRoom}/reading", new string('0', bytes), version: "mqttv311");
        Assert.Equal(accepted, outcome.ExitCode == 0);
    }

    [Fact]
    public async Task Where_it_is_asked_for_a_client_without_a_name_writes_readings_and_does_nothing_else()
    {
        await using var broker = await Broker.StartAsync("anonymous.conf");
        Assert.Empty((await broker.PublishAsync(user: null, $"{LivingRoom}/reading")).Succeeded().Error);
        Assert.Contains("Not authorized", (await broker.PublishAsync(user: null, $"{LivingRoom}/state")).Error, StringComparison.Ordinal);
        (await broker.RetainAsync("ingest", $"{LivingRoom}/state")).Succeeded();
        Assert.Empty(await broker.SeenAsync(user: null, "#"));
        Assert.NotEqual(0, (await broker.PublishAsync("living-room", $"{LivingRoom}/reading", password: "wrong")).ExitCode);
    }

    [Fact]
    public async Task With_a_certificate_there_is_an_encrypted_listener_with_the_same_rules()
    {
        await using var broker = await Broker.StartAsync("tls.conf");
        string[] tls = ["-h", "localhost", "-p", broker.TlsPort.ToString(CultureInfo.InvariantCulture), "--cafile", broker.Certificate, "-V", "mqttv5", "-q", "1", "-m", "{}"];
        string[] account = ["-u", "living-room", "-P", "secret-of-living-room"];
        Assert.Empty((await Machine.RunAsync("mosquitto_pub", [.. tls, .. account, "-t", $"{LivingRoom}/reading"])).Succeeded().Error);
        Assert.Contains("Not authorized", (await Machine.RunAsync("mosquitto_pub", [.. tls, .. account, "-t", $"{Kitchen}/reading"])).Error, StringComparison.Ordinal);
        Assert.NotEqual(0, (await Machine.RunAsync("mosquitto_pub", [.. tls, "-t", $"{LivingRoom}/reading"])).ExitCode);
    }
}
