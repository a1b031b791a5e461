namespace TechTemp.Integration.Tests.Postgres;

/// <summary>Two replicas of the API and one ingest on one PostgreSQL database, with one Mosquitto, for all tests of a class.</summary>
public sealed class ReplicaSite : IAsyncLifetime
{
    private PostgresProcess? _server;
    private TechTempStack? _stack;
    private HostProcess? _other;

    public TechTempStack Stack => _stack!;

    /// <summary>The first replica.</summary>
    public ApiClient A { get; private set; } = null!;

    /// <summary>The second replica.</summary>
    public ApiClient B { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresProcess.StartAsync();
        _stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours, ("ConnectionStrings__techtemp", _server.ConnectionString), ("Ingest__UnknownDevices", "Hold"));
        _other = await StartReplicaAsync();
        (A, B) = (_stack.Http, _other.Http);
    }

    /// <summary>One more replica, healthy.</summary>
    public Task<HostProcess> StartReplicaAsync() => HostProcess.StartHealthyAsync("TechTemp.Api", Stack.Settings);

    /// <summary>Looks into the database.</summary>
    public Task<string[]> QueryAsync(string sql) => _server!.QueryAsync("postgres", sql);

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { _other, _stack, _server })
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
