using TechTemp.Integration.Tests.Standalone;
using TechTemp.Testing.Otlp;

namespace TechTemp.Integration.Tests.Hosts;

/// <summary>
/// SIGTERM while the collector accepts connections and never answers. OpenTelemetry itself would wait 5 s for each of traces, metrics and logs.
/// </summary>
public sealed class HungCollectorTests : IAsyncDisposable
{
    private const int Readings = 20;

    // The flush has one second; the rest is for a busy machine.
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(8);

    private readonly HungCollector _collector = new();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _collector.DisposeAsync();
    }

    [Fact]
    public async Task Ingest_and_the_API_stop_in_time_and_what_was_acknowledged_is_stored()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours, _collector.Settings);
        var device = Unique.Uid();
        await using (var publisher = stack.Broker.Client.StartPublishing(SampleReading.Topic(device)))
        {
            for (var i = 0; i < Readings; i++)
            {
                await publisher.PublishAsync(SampleReading.Payload(SampleReading.Ts + i));
            }

            await publisher.CompleteAsync();
        }

        await Eventually.ResultAsync(() => stack.CountAsync(device), count => count > 0, "readings are stored");
        await ExportingAsync();

        Assert.Equal(0, await stack.Ingest.StopAsync(s_bound));
        Assert.Empty(stack.Ingest.Error);
        // What was not acknowledged is still in the broker's queue.
        await stack.StartIngestAsync();
        await Eventually.ResultAsync(() => stack.CountAsync(device), count => count == Readings, "every reading is stored, once");
        Assert.Equal(0, await stack.Api.StopAsync(s_bound));
        Assert.Empty(stack.Api.Error);
    }

    [Fact]
    public async Task Standalone_stops_in_time_and_what_was_acknowledged_is_stored()
    {
        await using var run = await StandaloneRun.StartAsync(_collector.Settings);
        for (var i = 0; i < Readings; i++)
        {
            Assert.Equal(0, await run.TryPublishAsync(SampleReading.Topic("s1"), SampleReading.Payload(SampleReading.Ts + i)));
        }

        await ExportingAsync();
        Assert.Equal(0, await run.Host.StopAsync(s_bound));
        Assert.Empty(run.Host.Error);

        await run.StartAgainAsync();
        Assert.Equal(Readings, (await run.Http.DataAsync("/api/v1/devices/s1/readings?limit=100")).AsArray().Count);
    }

    [Fact]
    public async Task The_dashboard_stops_in_time()
    {
        await using var dashboard = await HostProcess.StartHealthyAsync(
            "clients/TechTemp.Dashboard", _collector.Settings.Append(("API_URL", "http://127.0.0.1:1")).Select(s => KeyValuePair.Create(s.Item1, s.Item2)));
        Assert.Equal(200, (await dashboard.Http.GetAsync("/")).Status);
        await ExportingAsync();

        Assert.Equal(0, await dashboard.StopAsync(s_bound));
        Assert.Empty(dashboard.Error);
    }

    [Fact]
    public async Task The_device_stops_in_time()
    {
        await using var broker = MosquittoProcess.Create(MosquittoConfiguration.Ours);
        await broker.StartAsync();
        using var spool = new TempFolder();
        await using var device = Simulator.Start(broker.Url, spool.Path, _collector.Settings);
        await ExportingAsync();

        device.Terminate();
        Assert.Equal(0, await device.ExitAsync(s_bound));
        Assert.Empty(device.Error);
    }

    // Traces, metrics and logs have a connection each; the device has no metrics.
    private Task ExportingAsync() => Eventually.TrueAsync(() => _collector.Connections >= 2, "exports have begun");
}
