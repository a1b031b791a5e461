using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using TechTemp.Data.Rejections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Readings;

/// <summary>
/// Writes batches of readings, each in one transaction that is on disk when the call returns. Thread-safe:
/// one batch at a time. Idempotent: a batch may be written again after any failure.
/// </summary>
public sealed class ReadingWriter(
    StoreConnections connections, StoreState state, IOptions<IngestOptions> ingest, IOptions<RetentionOptions> retention) : IDisposable
{
    private readonly Lock _lock = new();
    private SqliteConnection? _connection;
    private ReadingStatements? _statements;

    /// <summary>Stores the readings of a batch and keeps the MQTT messages among it that are refused.</summary>
    /// <param name="batch">The messages, in the order of receipt.</param>
    /// <exception cref="SqliteException">The store failed; nothing of the batch was committed.</exception>
    public BatchResult Write(IReadOnlyList<IncomingMessage> batch)
    {
        lock (_lock)
        {
            state.WriteBegins();
            try
            {
                _connection ??= connections.Open();
                _statements ??= new(_connection, ingest.Value.UnknownDevices);
                var result = Write(batch, _connection, _statements);
                state.WriteEnds();
                return result;
            }
            catch (Exception e)
            {
                state.WriteEnds(e);
                // What was learned about devices may be half of a batch, and a file that failed is opened anew.
                Close();
                throw;
            }
        }
    }

    /// <summary>The newest committed reading of every device that has one, as the batch that stored it told it.</summary>
    /// <exception cref="SqliteException">The store failed.</exception>
    public IReadOnlyList<DeviceState> States()
    {
        using var connection = connections.Open();
        using var statements = new ReadingStatements(connection, ingest.Value.UnknownDevices);
        return statements.States(connection);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            Close();
        }
    }

    private BatchResult Write(IReadOnlyList<IncomingMessage> batch, SqliteConnection connection, ReadingStatements statements)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        statements.Enter(transaction);
        var outcomes = new Outcome[batch.Count];
        var anyKept = false;
        for (var i = 0; i < outcomes.Length; i++)
        {
            var message = batch[i];
            var outcome = outcomes[i] = statements.Store(message);
            // Who posts over HTTP is told in the answer; a message has no other place to be remembered.
            if (outcome.Rejection is { } rejection && message.Topic is not null)
            {
                statements.KeepRejected(message, rejection);
                anyKept = true;
            }
        }

        var dropped = anyKept ? statements.DropRejected(retention.Value.RejectedRows) : 0;
        var states = statements.Leave();
        RequireInPlace(connection);
        var start = Stopwatch.GetTimestamp();
        transaction.Commit();
        // Once more: what was committed to a file that is gone must not be acknowledged either.
        RequireInPlace(connection);
        return new(outcomes, states, dropped, Stopwatch.GetElapsedTime(start));
    }

    private void RequireInPlace(SqliteConnection connection)
    {
        if (OpenFile.HasMoved(connection))
        {
            throw OpenFile.Moved(connections.Path);
        }
    }

    private void Close()
    {
        _statements?.Dispose();
        _statements = null;
        if (_connection is not null)
        {
            StoreConnections.Discard(_connection);
            _connection = null;
        }
    }
}
