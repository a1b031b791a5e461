namespace TechTemp.Integration.Tests.Postgres;

/// <summary>PostgreSQL, Mosquitto, ingest and API as separate processes, for all tests of a class. The hosts reach the server through a network that can be made bad.</summary>
public sealed class PostgresStack : IAsyncLifetime
{
    private PostgresProcess? _server;
    private TechTempStack? _stack;

    public TechTempStack Stack => _stack!;

    public TcpProxy Network { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresProcess.StartAsync();
        Network = new(_server.Port);
        _stack = await TechTempStack.StartAsync(
            MosquittoConfiguration.Ours, ("DB_URL", $"postgres://techtemp@127.0.0.1:{Network.Port}/postgres?connect_timeout=2"), ("Ingest__UnknownDevices", "Hold"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { _stack, Network, _server })
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
