using System.Globalization;

namespace TechTemp.Integration.Tests.Standalone;

/// <summary>Whose client id it is at Standalone's broker, tried with clients that share no code with it.</summary>
public sealed class ClientIdTests
{
    private const string Topic = "home/h1/sensors/s1/status";

    [Theory]
    [InlineData("mqttv5")]
    [InlineData("mqttv311")]
    public async Task A_client_id_in_use_is_given_to_clients_of_the_same_user_name_only(string version)
    {
        using var folder = new TempFolder();
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        await using var standalone = await HostProcess.StartHealthyAsync(
            "TechTemp.Standalone", new Dictionary<string, string> { ["MQTT_PORT"] = port, ["DB_PATH"] = folder.File("techtemp.db") });
        await using var first = Client("mosquitto_sub", "first", "-t", Topic, "-d");
        await SeenAsync(first, "subscribed");

        await using var stranger = Client("mosquitto_pub", "stranger", "-t", "x", "-m", "x");
        Assert.NotEqual(0, await stranger.ExitAsync());
        await SeenAsync(first, "still-there");
        // What -d says is written when it ends.
        first.Terminate();
        await first.ExitAsync();
        Assert.Equal(2, first.Output.Split("received CONNACK (0)").Length);

        // Anybody has the id when it is free, and then the same client once more on a new connection, as MQTT has it.
        await Eventually.TrueAsync(() => TryAsync("stranger"), "the id is free");
        await Eventually.TrueAsync(() => TryAsync("first"), "the id is free again");
        await using var second = Client("mosquitto_sub", "first", "-t", Topic);
        await SeenAsync(second, "in use again");
        Assert.False(await TryAsync("stranger"));
        Assert.True(await TryAsync("first"));

        async Task SeenAsync(ChildProcess subscriber, string payload) => await Eventually.TrueAsync(
            async () =>
            {
                await using var other = new ChildProcess(Programs.Find("mosquitto_pub")!, "-h", "127.0.0.1", "-p", port, "-t", Topic, "-m", payload);
                Assert.Equal(0, await other.ExitAsync());
                return subscriber.Output.Contains(payload, StringComparison.Ordinal);
            },
            $"the subscriber gets '{payload}'");

        async Task<bool> TryAsync(string user)
        {
            await using var client = Client("mosquitto_pub", user, "-t", "x", "-m", "x");
            return await client.ExitAsync() == 0;
        }

        ChildProcess Client(string program, string user, params string[] arguments) =>
            new(Programs.Find(program)!, ["-h", "127.0.0.1", "-p", port, "-V", version, "-i", "the-id", "-u", user, "-P", "any", .. arguments]);
    }
}
