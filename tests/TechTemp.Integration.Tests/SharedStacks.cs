using TechTemp.Integration.Tests;

[assembly: AssemblyFixture(typeof(SharedStacks))]

namespace TechTemp.Integration.Tests;

/// <summary>
/// What tests share that use devices of their own: each is started by the first test that asks for it. Without Mosquitto
/// whoever asks for a stack is skipped; the API alone needs none.
/// </summary>
public sealed class SharedStacks : IAsyncDisposable
{
    private readonly Lazy<Task<TechTempStack>> _usual = new(() => TechTempStack.StartAsync(MosquittoConfiguration.Usual));
    private readonly Lazy<Task<TechTempStack>> _ours = new(() => TechTempStack.StartAsync(MosquittoConfiguration.Ours));
    private readonly Lazy<Task<ApiOverStore>> _api = new(() => ApiOverStore.StartAsync());

    /// <summary>Mosquitto as people have it, ingest and API.</summary>
    public Task<TechTempStack> UsualAsync() => _usual.Value;

    /// <summary>Mosquitto with our configuration, ingest and API.</summary>
    public Task<TechTempStack> OursAsync() => _ours.Value;

    /// <summary>The API alone.</summary>
    public Task<ApiOverStore> ApiAsync() => _api.Value;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var started in new[] { Started(_usual), Started(_ours), Started(_api) })
        {
            await (started?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        await PostgresServer.StopAsync();
    }

    private static IAsyncDisposable? Started<T>(Lazy<Task<T>> lazy)
        where T : IAsyncDisposable =>
        lazy is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? lazy.Value.GetAwaiter().GetResult() : null;
}
