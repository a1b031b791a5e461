using System.Collections.Concurrent;

namespace TechTemp.Integration.Tests.Standalone;

/// <summary>What Standalone has acknowledged is there after any end.</summary>
public sealed class AcknowledgedIsOnDiskTests
{
    private const int Publishers = 6;

    /// <summary>The contract's bound on a stop.</summary>
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(5);

    [Fact]
    public Task After_kill_9_under_load() => AfterEndAsync(async run =>
    {
        run.Host.Kill();
        await run.Host.ExitAsync();
    });

    [Fact]
    public Task After_SIGTERM_under_load() => AfterEndAsync(async run =>
    {
        Assert.Equal(0, await run.Host.StopAsync(s_bound));
        Assert.Empty(run.Host.Error);
    });

    private static async Task AfterEndAsync(Func<StandaloneRun, Task> end)
    {
        await using var run = await StandaloneRun.StartAsync();
        var acknowledged = new ConcurrentDictionary<(string Device, long Ts), bool>();
        var publishers = Enumerable.Range(1, Publishers).Select(n => PublishAsync(run, $"load-{n}", acknowledged)).ToList();
        await Eventually.TrueAsync(() => Task.FromResult(acknowledged.Count >= 10 * Publishers), "the load is on its way");

        await end(run);
        await Task.WhenAll(publishers);
        await run.StartAgainAsync();

        for (var n = 1; n <= Publishers; n++)
        {
            var device = $"load-{n}";
            var stored = (await run.Http.DataAsync($"/api/v1/devices/{device}/readings?limit=10000")).AsArray().Select(r => (string?)r!["ts"]).ToHashSet();
            Assert.All(acknowledged.Keys.Where(k => k.Device == device), k => Assert.Contains(SampleReading.Text(k.Ts), stored));
        }
    }

    // Each reading by a process of its own, which exits with 0 only after the PUBACK.
    private static async Task PublishAsync(StandaloneRun run, string device, ConcurrentDictionary<(string Device, long Ts), bool> acknowledged)
    {
        for (var ts = SampleReading.Ts; await run.TryPublishAsync(SampleReading.Topic(device), SampleReading.Payload(ts)) == 0; ts++)
        {
            acknowledged[(device, ts)] = true;
        }
    }
}
