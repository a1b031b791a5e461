using TechTemp.Api.Http;

namespace TechTemp.Rules.Tests.Readings;

public sealed class QueryGateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_computed_for_long_waits_for_its_turn()
    {
        using var gate = new QueryGate();
        using var release = new ManualResetEventSlim();
        var turns = Math.Max(1, Environment.ProcessorCount - 1);
        var running = Enumerable.Range(0, turns).Select(_ => Task.Run(() => gate.ComputeAsync<bool>(() => new(release.Wait(TimeSpan.FromMinutes(1), Cancel)), Cancel), Cancel)).ToList();
        await TechTemp.Testing.Eventually.TrueAsync(async () =>
        {
            using var given = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
            try
            {
                return await gate.ComputeAsync<bool>(() => new(false), given.Token);
            }
            catch (OperationCanceledException)
            {
                return true;
            }
        }, "all turns are taken, and who gives up waiting leaves none taken");

        release.Set();
        Assert.All(await Task.WhenAll(running), Assert.True);
        Assert.Equal(1, await gate.ComputeAsync<int>(() => new(1), Cancel));
    }
}
