using System.Collections.Concurrent;
using System.Net;
using MQTTnet.Protocol;
using TechTemp.Standalone.Broker.Routing;

namespace TechTemp.Standalone.Broker.Connections;

/// <summary>The connections that there are, a bounded number.</summary>
internal sealed partial class ConnectionTable(
    BrokerOptions options, MessageRouter router, ConnectRules rules, ReadingIntake intake, BrokerTelemetry telemetry, TimeProvider time, ILogger<ConnectionTable> logger)
{
    // Beside the sessions' connections: those that have not said who they are.
    private const int MostUnnamed = 100;

    private readonly ConcurrentDictionary<ClientConnection, Task> _running = new();

    /// <summary>Serves a client until one of both leaves, or it is cancelled.</summary>
    public async Task ServeAsync(Stream stream, EndPoint remote, CancellationToken cancellationToken)
    {
        if (_running.Count >= options.MaxSessions + MostUnnamed)
        {
            telemetry.Dropped(DropReason.TooManySessions);
            await stream.DisposeAsync();
            return;
        }

        using var connection = new ClientConnection(stream, remote, router, rules, intake, telemetry, time);
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[connection] = running.Task;
        await using var stopping = cancellationToken.Register(() => connection.Close(MqttDisconnectReasonCode.ServerShuttingDown));
        try
        {
            await connection.RunAsync();
        }
        catch (Exception e)
        {
            // One connection must not end the others.
            LogFailed(logger, remote.ToString(), e);
        }
        finally
        {
            _running.TryRemove(connection, out _);
            running.SetResult();
        }
    }

    /// <summary>Ends connections that are silent, stuck, or have never begun.</summary>
    public void Watch()
    {
        foreach (var connection in _running.Keys)
        {
            connection.Watch();
        }
    }

    /// <summary>Closes every connection; acknowledgements that were given before are sent.</summary>
    public async Task CloseAsync(TimeSpan most)
    {
        foreach (var connection in _running.Keys)
        {
            connection.Close(MqttDisconnectReasonCode.ServerShuttingDown);
        }

        await Task.WhenAll(_running.Values).WaitAsync(most, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var connection in _running.Keys)
        {
            connection.Abort();
        }
    }

    [LoggerMessage(45, LogLevel.Error, "The connection of {Remote} to the broker failed")]
    private static partial void LogFailed(ILogger logger, string? remote, Exception exception);
}
