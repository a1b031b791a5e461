using System.Globalization;

namespace TechTemp.Integration.Tests.Standalone;

/// <summary>What Standalone's broker has for other clients is there after a restart.</summary>
public sealed class BrokerRestartTests
{
    private const string Status = "home/h1/sensors/s1/status";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Retained_messages_and_queued_sessions_outlive_a_stop_and_a_kill(bool kill)
    {
        await using var run = await StandaloneRun.StartAsync();
        await run.Client.PublishAsync(Status, "offline", retain: true);
        await run.Client.PublishAsync("other/cleared", "x", retain: true);
        await run.Client.MakeSessionAsync("reader", "notes/#");
        await run.Client.PublishAsync("notes/1", "first");
        await run.Client.PublishAsync("notes/2", "second", qos: 2);
        await run.Client.PublishAsync("other/cleared", "", retain: true);

        await EndAsync(run, kill, "SELECT (SELECT count(*) FROM kept_messages) = 2 AND (SELECT count(*) FROM kept_retained) = 1");
        await run.StartAgainAsync();

        Assert.Equal("offline", await run.Client.RetainedAsync(Status));
        Assert.Null(await run.Client.RetainedAsync("other/cleared"));
        await run.Client.PublishAsync("notes/3", "third");
        Assert.Equal(["notes/1", "notes/2", "notes/3"], await run.Client.QueuedAsync("reader"));
        Assert.Empty(await run.Client.QueuedAsync("reader"));

        // What was delivered is not delivered again after the next restart.
        await EndAsync(run, kill, "SELECT (SELECT count(*) FROM kept_messages) = 0");
        await run.StartAgainAsync();
        Assert.Empty(await run.Client.QueuedAsync("reader"));
    }

    [Fact]
    public async Task A_session_belongs_to_its_user_name_while_its_client_is_away_and_after_a_restart()
    {
        await using var run = await StandaloneRun.StartAsync();
        Assert.Equal(0, await SubscribeAsync(run, "owner"));
        await run.Client.PublishAsync("notes", "for the owner");
        Assert.NotEqual(0, await SubscribeAsync(run, "stranger"));

        await run.Host.StopAsync();
        await run.StartAgainAsync();

        Assert.NotEqual(0, await SubscribeAsync(run, "stranger"));
        Assert.Equal(0, await SubscribeAsync(run, "owner"));
    }

    [Fact]
    public async Task A_store_that_fails_delays_what_is_kept_and_loses_nothing_of_it()
    {
        await using var run = await StandaloneRun.StartAsync();
        using (var store = Connect(run))
        using (var transaction = store.BeginTransaction())
        {
            await run.Client.PublishAsync(Status, "offline", retain: true);
            await Eventually.TrueAsync(() => Task.FromResult(run.Host.Output.Contains("could not be saved, trying again", StringComparison.Ordinal)), "the failure is logged", TimeSpan.FromMinutes(1));
        }

        await EndAsync(run, kill: true, "SELECT (SELECT count(*) FROM kept_retained) = 1");
        await run.StartAgainAsync();
        Assert.Equal("offline", await run.Client.RetainedAsync(Status));
    }

    private static async Task EndAsync(StandaloneRun run, bool kill, string isSaved)
    {
        if (!kill)
        {
            Assert.Equal(0, await run.Host.StopAsync());
            Assert.Empty(run.Host.Error);
            return;
        }

        using (var store = Connect(run))
        {
            using var command = store.CreateCommand();
            command.CommandText = isSaved;
            await Eventually.TrueAsync(() => Task.FromResult((long)command.ExecuteScalar()! == 1), "the broker's state is saved");
        }

        run.Host.Kill();
        await run.Host.ExitAsync();
    }

    private static Microsoft.Data.Sqlite.SqliteConnection Connect(StandaloneRun run)
    {
        var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={run.Host.Settings["DB_PATH"]};Pooling=False");
        connection.Open();
        return connection;
    }

    private static async Task<int> SubscribeAsync(StandaloneRun run, string user)
    {
        await using var process = new ChildProcess(
            "mosquitto_sub",
            "-h", "127.0.0.1", "-p", run.MqttPort.ToString(CultureInfo.InvariantCulture), "-i", "the-id", "-u", user, "-P", "any", "-c", "-x", "3600", "-V", "mqttv5", "-q", "1", "-t", "notes", "-E");
        return await process.ExitAsync();
    }
}
