using TechTemp.Integration.Tests.Store;

namespace TechTemp.Integration.Tests.Delivery;

/// <summary>Several processes that could write into one store: one does, and which one is never in doubt.</summary>
public sealed class InstanceTests
{
    [Fact]
    public async Task Of_two_ingests_on_one_store_the_older_leaves_and_names_the_newer()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        await using var newer = await HostProcess.StartHealthyAsync("TechTemp.Ingest", stack.Settings);

        await LeavesForAsync(stack.Ingest, newer);
        Assert.Contains(stack.StorePath, stack.Ingest.Error, StringComparison.Ordinal);

        await stack.Broker.Client.PublishAsync(SampleReading.Topic("after"), SampleReading.Payload());
        await StoredAsync(stack, "after");
        Assert.Equal(200, (await newer.Http.GetAsync("/health")).Status);
    }

    [Fact]
    public async Task Two_ingests_on_two_stores_each_get_every_reading()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        using var folder = new TempFolder();
        var settings = new Dictionary<string, string>(stack.Settings) { ["DB_PATH"] = folder.File("other.db") };
        await using var other = await HostProcess.StartHealthyAsync("TechTemp.Ingest", settings);
        await using var api = await HostProcess.StartHealthyAsync("TechTemp.Api", settings);

        for (var i = 0; i < 20; i++)
        {
            await stack.Broker.Client.PublishAsync(SampleReading.Topic("shared"), SampleReading.Payload(SampleReading.Ts + i));
        }

        await Eventually.TrueAsync(async () => await stack.CountAsync("shared") == 20, "the first has all");
        await Eventually.TrueAsync(
            async () => (await api.Http.GetAsync("/api/v1/devices/shared/readings?bucket=P1D")) is { Status: 200 } answer && (int)answer.Data.AsArray()[0]!["count"]! == 20, "the second has all");
        Assert.False(stack.Ingest.HasExited || other.HasExited);
    }

    [Fact]
    public async Task An_ingest_that_was_killed_is_followed_by_the_next_one_at_once()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        stack.Ingest.Kill();
        await stack.Ingest.ExitAsync();
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("between"), SampleReading.Payload());

        // Healthy is connected: well below the time that it would give another instance to answer.
        await stack.StartIngestAsync();
        await StoredAsync(stack, "between");
        Assert.DoesNotContain("does not answer", stack.Ingest.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ingest_that_was_suspended_meanwhile_leaves_when_it_wakes_up()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        stack.Ingest.Freeze(true);
        await using var newer = await HostProcess.StartHealthyAsync("TechTemp.Ingest", stack.Settings);
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("during"), SampleReading.Payload());
        await StoredAsync(stack, "during");

        stack.Ingest.Freeze(false);
        await LeavesForAsync(stack.Ingest, newer);
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("after"), SampleReading.Payload());
        await StoredAsync(stack, "after");
    }

    [Fact]
    public async Task One_that_registered_and_answers_nobody_does_not_end_the_ingest_that_runs()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        // As one leaves it that was killed as soon as it had registered, with a clock that is years ahead.
        StoreFile.Execute(stack.StorePath, "UPDATE ingest_instance SET uid = 'gone', machine = 'elsewhere', since = 4102444800000, asked = 0, answered = 0;");

        await Eventually.TrueAsync(() => stack.Ingest.Output.Contains("machine 'elsewhere'", StringComparison.Ordinal), "it takes its place back", TimeSpan.FromSeconds(60));
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("after"), SampleReading.Payload());
        await StoredAsync(stack, "after");
        Assert.False(stack.Ingest.HasExited);
    }

    [Fact]
    public async Task A_restore_neither_ends_the_ingest_that_runs_nor_costs_it_its_session()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        using var folder = new TempFolder();
        // Another store's, with another one's registration in it.
        var others = new Dictionary<string, string>(stack.Settings) { ["DB_PATH"] = folder.File("other.db") };
        await using (var other = await HostProcess.StartHealthyAsync("TechTemp.Ingest", others))
        {
            await Verbs.RunAsync("TechTemp.Ingest", others, "backup", folder.File("backup.db"));
        }

        var clientId = StoreFile.ClientId(stack.StorePath);
        await Verbs.RunAsync("TechTemp.Ingest", stack.Settings, "restore", folder.File("backup.db"), "--yes");
        Assert.Equal(clientId, StoreFile.ClientId(stack.StorePath));
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("after"), SampleReading.Payload());
        await StoredAsync(stack, "after");

        // It registers again: the next one can tell that it is there.
        await using var newer = await HostProcess.StartHealthyAsync("TechTemp.Ingest", stack.Settings);
        await newer.LogsAsync("session present: True");
        await LeavesForAsync(stack.Ingest, newer);
    }

    [Fact]
    public async Task A_second_ingest_that_cannot_start_does_not_disturb_the_first()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        await using var second = HostProcess.Start("TechTemp.Ingest", stack.Ingest.Settings);

        Assert.Equal(1, await second.ExitAsync());
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("after"), SampleReading.Payload());
        await StoredAsync(stack, "after");
        Assert.DoesNotContain("Lost the connection", stack.Ingest.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Standalone_leaves_for_an_ingest_that_starts_on_its_store()
    {
        await using var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Ours);
        using var folder = new TempFolder();
        var store = KeyValuePair.Create("DB_PATH", folder.File("techtemp.db"));
        await using var standalone = await HostProcess.StartHealthyAsync(
            "TechTemp.Standalone", [store, KeyValuePair.Create("MQTT_PORT", FreePort.Next().ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        await using var ingest = await HostProcess.StartHealthyAsync("TechTemp.Ingest", [store, KeyValuePair.Create("MQTT_URL", broker.Url)]);
        await LeavesForAsync(standalone, ingest);
        Assert.Equal(200, (await ingest.Http.GetAsync("/health")).Status);
    }

    private static async Task LeavesForAsync(HostProcess older, HostProcess newer)
    {
        Assert.Equal(1, await older.ExitAsync());
        var line = Assert.Single(older.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"process {newer.Id} on machine '{Environment.MachineName}', since 20"), line, StringComparison.Ordinal);
        Assert.False(newer.HasExited);
    }

    private static Task StoredAsync(TechTempStack stack, string device) =>
        Eventually.TrueAsync(async () => await stack.CountAsync(device) == 1, $"the reading of {device} is stored");
}
