namespace TechTemp.Integration.Tests.Delivery;

/// <summary>SIGTERM while readings come and requests are answered.</summary>
public sealed class StopUnderLoadTests
{
    /// <summary>The contract's bound on a stop.</summary>
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Ingest_stopped_under_load_loses_nothing_that_the_broker_has_acknowledged()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        using var enough = new CancellationTokenSource();
        string[] devices = ["load-1", "load-2", "load-3"];
        var publishers = devices.Select(device => LoadAsync(stack, device, enough.Token)).ToList();

        var stored = 0;
        for (var round = 0; round < 3; round++)
        {
            var before = stored;
            await Eventually.ResultAsync(() => stack.CountAsync(devices[0]), count => (stored = count) > before, "the load arrives");
            Assert.Equal(0, await stack.Ingest.StopAsync(s_bound));
            Assert.Empty(stack.Ingest.Error);
            await stack.StartIngestAsync();
        }

        await enough.CancelAsync();
        var published = await Task.WhenAll(publishers);
        for (var i = 0; i < devices.Length; i++)
        {
            await Eventually.ResultAsync(() => stack.CountAsync(devices[i]), count => count == published[i], $"the {published[i]} readings of {devices[i]} are stored");
        }

        Assert.Empty((await stack.Http.DataAsync("/api/v1/rejected")).AsArray());
    }

    [Fact]
    public async Task The_API_stopped_under_load_exits_with_0()
    {
        await using var stack = await ApiOverStore.StartAsync();
        await stack.StoreAsync("any", ("2025-09-10T20:00:00Z", 21, 50));
        var clients = Enumerable.Range(0, 8).Select(_ => AskAsync(stack)).ToList();
        await Eventually.TrueAsync(async () => (await stack.Http.GetAsync("/health")).Status == 200, "it answers under load");

        Assert.Equal(0, await stack.Api.StopAsync(s_bound));
        Assert.Empty(stack.Api.Error);
        await Task.WhenAll(clients);
    }

    // Steady, not as fast as can be: the stop must meet messages on their way, however slow the machine.
    private static async Task<int> LoadAsync(TechTempStack stack, string device, CancellationToken enough)
    {
        await using var publisher = stack.Broker.Client.StartPublishing(SampleReading.Topic(device));
        var published = 0;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!enough.IsCancellationRequested)
        {
            for (var i = 0; i < 20; i++)
            {
                await publisher.PublishAsync(SampleReading.Payload(SampleReading.Ts + published++));
            }

            await pace.WaitForNextTickAsync(CancellationToken.None);
        }

        await publisher.CompleteAsync();
        return published;
    }

    private static async Task AskAsync(ApiOverStore stack)
    {
        while (await stack.Http.TryGetAsync("/api/v1/devices/any/readings") is { } answer)
        {
            Assert.Equal(200, answer.Status);
        }
    }
}
