namespace TechTemp.Faults;

/// <summary>The PostgreSQL of a run: it starts with the first fault that needs it, and again after one that has left it stopped.</summary>
/// <param name="folder">Where its log is kept.</param>
internal sealed class FaultServer(string folder) : IAsyncDisposable
{
    private PostgresProcess? _server;

    /// <summary>The server, running.</summary>
    public async Task<PostgresProcess> RunningAsync()
    {
        if (_server is { IsRunning: true })
        {
            return _server;
        }

        var logs = ChildProcess.LogFolder;
        ChildProcess.LogFolder = folder;
        try
        {
            if (_server is null)
            {
                _server = await PostgresProcess.StartAsync();
            }
            else
            {
                await _server.StartAgainAsync();
            }

            return _server;
        }
        finally
        {
            ChildProcess.LogFolder = logs;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        // The folders of the faults are gone.
        ChildProcess.LogFolder = folder;
        return _server?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
