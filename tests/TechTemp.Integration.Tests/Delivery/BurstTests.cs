namespace TechTemp.Integration.Tests.Delivery;

/// <summary>Many readings at once.</summary>
public sealed class BurstTests : IAsyncLifetime
{
    private const int Connections = 8;
    private const int PerConnection = 2_500;
    private TechTempStack _stack = null!;

    public async ValueTask InitializeAsync() => _stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);

    public ValueTask DisposeAsync() => _stack?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Twenty_thousand_readings_in_one_burst_over_eight_connections_are_all_stored()
    {
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(PublishAsync));

        for (var i = 0; i < Connections; i++)
        {
            await Eventually.ResultAsync(() => _stack.CountAsync($"burst-{i}"), count => count == PerConnection, $"the readings of connection {i} are stored");
        }

        Assert.Empty((await _stack.Http.DataAsync("/api/v1/rejected")).AsArray());
        Assert.Equal(Connections, (await _stack.Http.DataAsync("/api/v1/readings/latest")).AsArray().Count);
    }

    private async Task PublishAsync(int connection)
    {
        await using var publisher = _stack.Broker.Client.StartPublishing(SampleReading.Topic($"burst-{connection}"));
        for (var i = 0; i < PerConnection; i++)
        {
            await publisher.PublishAsync(SampleReading.Payload(SampleReading.Ts + i * 1000));
        }

        await publisher.CompleteAsync();
    }
}
