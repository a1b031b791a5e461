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
        Assert.Empty((await broker.PublishAsync(user: null, $"{LivingRoom}/reading", port: broker.SharedPort)).Succeeded().Error);
        Assert.Contains("Not authorized", (await broker.PublishAsync(user: null, $"{LivingRoom}/state", port: broker.SharedPort)).Error, StringComparison.Ordinal);
        (await broker.RetainAsync("ingest", $"{LivingRoom}/state")).Succeeded();
        Assert.Empty(await broker.SeenAsync(user: null, "#", broker.SharedPort));
        Assert.NotEqual(0, (await broker.PublishAsync("living-room", $"{LivingRoom}/reading", password: "wrong")).ExitCode);
        Assert.NotEqual(0, (await broker.PublishAsync("living-room", $"{LivingRoom}/reading", password: "wrong", port: broker.SharedPort)).ExitCode);
        // The sensors' own listener asks for an account as before.
        Assert.NotEqual(0, (await broker.PublishAsync(user: null, $"{LivingRoom}/reading")).ExitCode);
    }

    [Theory]
    [InlineData("mqttv5", false)]
    [InlineData("mqttv311", false)]
    [InlineData("mqttv5", true)]
    public async Task A_sensor_cannot_take_over_the_session_in_which_readings_wait_for_ingest(string version, bool encrypted)
    {
        await using var broker = await Broker.StartAsync("tls.conf");
        const string ClientId = "techtemp-ingest-0123456789abcdef";
        string[] session = [.. broker.Connection("ingest", null, broker.InternalPort), "-i", ClientId, "-c", "-V", "mqttv5", "-x", "3600", "-q", "1", "-t", "home/+/sensors/+/reading"];
        (await Machine.RunAsync("mosquitto_sub", [.. session, "-E"])).Succeeded();
        (await broker.PublishAsync("kitchen", $"{Kitchen}/reading", "acknowledged")).Succeeded();

        // The attacker even knows the client id. Without a clean start he would get the readings, with one he would destroy them.
        string[] connection = encrypted
            ? ["-h", "localhost", "-p", broker.TlsPort.ToString(CultureInfo.InvariantCulture), "--cafile", broker.Certificate, "-u", "living-room", "-P", "secret-of-living-room"]
            : [.. broker.Connection("living-room", null)];
        await Machine.RunAsync("mosquitto_pub", [.. connection, "-i", ClientId, "-V", version, "-t", "x", "-m", "x"]);
        await Machine.RunAsync("mosquitto_sub", [.. connection, "-i", ClientId, "-c", "-V", version, "-q", "1", "-t", "x", "-W", "1"]);

        Assert.Equal("acknowledged", (await Machine.RunAsync("mosquitto_sub", [.. session, "-C", "1", "-W", "5"])).Succeeded().Output.Trim());
    }

    [Theory]
    [InlineData("shared.conf")]
    [InlineData("anonymous.conf")]
    public async Task Sensors_that_share_an_account_are_connected_at_once_on_a_listener_of_their_own(string file)
    {
        await using var broker = await Broker.StartAsync(file);
        string[] connection = [.. broker.Connection("sensors", null, broker.SharedPort), "-V", "mqttv5", "-q", "1"];
        // One that stays; thrown out it would connect again, and say so.
        var stays = Machine.RunAsync("mosquitto_sub", [.. connection, "-i", "first", "-t", "x", "-W", "3", "-d"]);
        (await Machine.RunAsync("mosquitto_pub", [.. connection, "-i", "second", "-t", $"{LivingRoom}/reading", "-m", "{}"])).Succeeded();
        Assert.Single((await stays).Output.Split('\n'), line => line.Contains("received CONNACK (0)", StringComparison.Ordinal));
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
