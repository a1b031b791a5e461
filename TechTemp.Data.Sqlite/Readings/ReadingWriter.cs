using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>
/// Writes batches of readings, each in one transaction that is on disk when the call returns. Thread-safe:
/// one batch at a time. Idempotent: a batch may be written again after any failure. A message that can never be stored does not
/// block the others of its batch: it is found by writing halves, and rejected.
/// </summary>
public sealed partial class ReadingWriter(
    StoreConnections connections,
    StoreState state,
    IOptions<IngestOptions> ingest,
    IOptions<RetentionOptions> retention,
    ReadingClock clock,
    TimeProvider time,
    ILogger<ReadingWriter> logger) : IDisposable
{
    private const int SqliteIoError = 10;
    private const int SqliteFull = 13;
    private const int SqliteAuthorization = 23;

    // More than that one after the other, and none stored between them, are no fault of the messages.
    private const int MostSetAside = 16;

    // How late a reading of the future may become its device's state when nothing else is stored.
    private static readonly TimeSpan s_tellAgain = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private SqliteConnection? _connection;
    private ReadingStatements? _statements;
    private long _toldDataVersion = -1;
    private long _toldAt;
    private int _setAside;

    /// <summary>
    /// A batch is on disk: the resulting device states, in the order of the batches. Raised while the next batch waits, so a
    /// handler must return fast.
    /// </summary>
    public event Action<IReadOnlyList<DeviceState>>? Committed;

    /// <summary>Stores the readings of a batch and keeps the MQTT messages among it that are refused.</summary>
    /// <param name="batch">The messages, in the order of receipt.</param>
    /// <exception cref="StoreException">The store failed; what was committed of the batch is a duplicate when it is written again.</exception>
    public BatchResult Write(IReadOnlyList<IncomingMessage> batch)
    {
        using var span = StoreSpan.Start("INSERT", "readings");
        span?.Batch(batch.Count);
        lock (_lock)
        {
            state.WriteBegins();
            try
            {
                RequireOurs();
                var result = WriteOrDivide(batch);
                state.WriteEnds();
                span?.Affected(result.Outcomes.Count(o => o.Kind == OutcomeKind.Stored));
                return result;
            }
            catch (Exception e)
            {
                state.WriteEnds(e);
                span?.Failed(e);
                throw;
            }
        }
    }

    /// <summary>
    /// Tells of every device's state when somebody else has changed the store since the last call (readings that were
    /// posted or replayed, a device that was moved), and once a minute while a device has a reading of the future. In order with <see cref="Committed"/>; the handler must return equally fast.
    /// </summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public void TellChanges(Action<IReadOnlyList<DeviceState>> tell)
    {
        lock (_lock)
        {
            try
            {
                _connection ??= connections.Open();
                _statements ??= new(_connection, ingest.Value, clock);
                using var transaction = _connection.BeginTransaction(deferred: true);
                _statements.Enter(transaction);
                if (_statements.DataVersion != _toldDataVersion || (_statements.AnyAhead && time.GetElapsedTime(_toldAt) >= s_tellAgain))
                {
                    tell(_statements.States());
                    (_toldDataVersion, _toldAt) = (_statements.DataVersion, time.GetTimestamp());
                }
            }
            catch (Exception e)
            {
                Forget(e);
                throw;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            Close();
        }
    }

    private BatchResult WriteOrDivide(IReadOnlyList<IncomingMessage> batch)
    {
        if (TryWrite(batch, out var result, out var failure))
        {
            return result;
        }

        if (batch.Count < 2)
        {
            return batch is [var message] ? WriteOrSetAside(message) : throw failure;
        }

        var half = batch.Count / 2;
        IReadOnlyList<IncomingMessage> rest = [.. batch.Skip(half)];
        BatchResult first;
        try
        {
            first = WriteOrDivide([.. batch.Take(half)]);
        }
        catch (Exception e) when (StoreFailure.MayBeOfTheData(e))
        {
            // What can be stored of the rest shows that the store works, and that the message is at fault.
            WriteOrDivide(rest);
            throw;
        }

        return first.Then(WriteOrDivide(rest));
    }

    // Tried once more, on a new connection: what failed on the one before need not be the message's fault.
    private BatchResult WriteOrSetAside(IncomingMessage message)
    {
        if (TryWrite([message], out var result, out var failure))
        {
            return result;
        }

        if (_setAside == MostSetAside || !TryWrite([message.SetAside(StoreFailure.NotStorable(failure))], out result, out _))
        {
            throw failure;
        }

        _setAside++;
        LogSetAside(logger, message.DeviceUid, message.Measurement.Ts, failure.Message);
        return result;
    }

    /// <returns>False when a message may be at fault; nothing of the batch was committed then.</returns>
    private bool TryWrite(IReadOnlyList<IncomingMessage> batch, [NotNullWhen(true)] out BatchResult? result, [NotNullWhen(false)] out Exception? failure)
    {
        (result, failure) = (null, null);
        try
        {
            _connection ??= connections.Open();
            _statements ??= new(_connection, ingest.Value, clock);
            result = Write(batch, _connection, _statements);
        }
        catch (Exception e)
        {
            Forget(e);
            if (!StoreFailure.MayBeOfTheData(e))
            {
                throw;
            }

            failure = e;
            return false;
        }

        if (result.Outcomes.Any(o => o.Kind == OutcomeKind.Stored))
        {
            _setAside = 0;
        }

        Committed?.Invoke(result.States);
        return true;
    }

    private BatchResult Write(IReadOnlyList<IncomingMessage> batch, SqliteConnection connection, ReadingStatements statements)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var before = statements.DataVersion;
        statements.Enter(transaction);
        var outcomes = new Outcome[batch.Count];
        var anyKept = false;
        for (var i = 0; i < outcomes.Length; i++)
        {
            var message = batch[i];
            var outcome = outcomes[i] = statements.Store(message);
            // HTTP clients learn this from the response; a message has no other place to be kept.
            if (outcome.Rejection is { } rejection && message.Topic is not null)
            {
                var isNew = statements.KeepRejected(message, rejection, retention.Value);
                anyKept |= isNew;
                if (!isNew)
                {
                    outcomes[i] = outcome.Kind == OutcomeKind.Rejected ? new(OutcomeKind.Duplicate) : outcome with { Rejection = null };
                }
            }
        }

        var dropped = anyKept ? statements.DropRejected(retention.Value.RejectedRows) : 0;
        IReadOnlyList<HeldLoss> droppedHeld = anyKept ? statements.DropHeld(retention.Value.HeldPerDevice, batch[^1].ReceivedAt) : [];
        var states = statements.Leave();
        RequireInPlace(connection);
        var start = Stopwatch.GetTimestamp();
        transaction.Commit();
        // Once more: what was committed to a file that is gone must not be acknowledged either.
        RequireInPlace(connection);
        return new(outcomes, states, dropped, Stopwatch.GetElapsedTime(start), statements.DataVersion != before) { DroppedHeld = droppedHeld };
    }

    private void RequireOurs()
    {
        if (state.Foreign is { } foreign)
        {
            throw new SqliteStoreException(foreign, SqliteAuthorization);
        }
    }

    private void RequireInPlace(SqliteConnection connection)
    {
        if (OpenFile.HasMoved(connection))
        {
            throw OpenFile.Moved(connections.Path);
        }
    }

    // What was learned about devices may be half of a batch, and a file that failed is opened anew. Not after a write that the
    // disk refused: what it refused is in the kernel's cache all the same, and who opens the log anew finds it there, takes it
    // for committed, and has it acknowledged as duplicates. Kept open, the log is written again from where the last commit ended.
    private void Forget(Exception exception)
    {
        _toldDataVersion = -1;
        _statements?.Dispose();
        _statements = null;
        if (exception is not SqliteStoreException { Code: SqliteIoError or SqliteFull })
        {
            Close();
        }
    }

    private void Close()
    {
        _toldDataVersion = -1;
        _statements?.Dispose();
        _statements = null;
        if (_connection is not null)
        {
            StoreConnections.Discard(_connection);
            _connection = null;
        }
    }

    [LoggerMessage(57, LogLevel.Error, "A reading of device {Device} with ts {Ts} cannot be stored and is kept among the rejected messages: {Message}")]
    private static partial void LogSetAside(ILogger logger, string? device, long ts, string message);
}
