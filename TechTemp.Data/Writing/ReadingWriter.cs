using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Writing;

/// <summary>
/// Writes batches of readings, each in one transaction that is on disk when the call completes. Thread-safe:
/// one batch at a time. Idempotent: a batch may be written again after any failure. A message that can never be stored does not
/// block the others of its batch: it is found by writing halves, and rejected.
/// </summary>
public sealed partial class ReadingWriter(
    IWriteStore store,
    StoreState state,
    IOptions<IngestOptions> ingest,
    IOptions<RetentionOptions> retention,
    ReadingClock clock,
    TimeProvider time,
    ILogger<ReadingWriter> logger) : IDisposable
{
    // More than that one after the other, and none stored between them, are no fault of the messages.
    private const int MostSetAside = 16;

    // Reading the states of many devices takes a second, and batches wait meanwhile: nine times as long they do not.
    private const int PauseForStates = 9;

    // How late a reading of the future may become its device's state when nothing else is stored.
    private static readonly TimeSpan s_tellAgain = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly IWriteSession _session = store.Open();
    private readonly string _system = store.System;
    private WriteRules? _rules;
    private long _toldVersion = -1;
    private long _toldAt;
    private TimeSpan _tellingTook;
    private int _setAside;

    /// <summary>
    /// A batch is on disk: the resulting device states, in the order of the batches. Raised while the next batch waits, so a
    /// handler must return fast.
    /// </summary>
    public event Action<IReadOnlyList<DeviceState>>? Committed;

    /// <summary>Stores the readings of a batch and keeps the MQTT messages among it that are refused.</summary>
    /// <param name="batch">The messages, in the order of receipt.</param>
    /// <param name="cancellationToken">Gives up while nothing of the batch is committed. A commit that has begun is always awaited.</param>
    /// <exception cref="StoreException">The store failed; what was committed of the batch is a duplicate when it is written again.</exception>
    public async Task<BatchResult> WriteAsync(IReadOnlyList<IncomingMessage> batch, CancellationToken cancellationToken)
    {
        using var span = StoreSpan.Start("INSERT", "readings", system: _system);
        span?.Batch(batch.Count);
        await _turn.WaitAsync(cancellationToken);
        state.WriteBegins();
        try
        {
            // The turn may come at the moment in which the caller gives up.
            cancellationToken.ThrowIfCancellationRequested();
            RequireOurs();
            var result = await WriteOrDivideAsync(batch, cancellationToken);
            state.WriteEnds();
            span?.Affected(result.Outcomes.Count(o => o.Kind == OutcomeKind.Stored));
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            state.WriteGivenUp();
            throw;
        }
        catch (Exception e)
        {
            state.WriteEnds(e);
            span?.Failed(e);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Hands over every device's state when another connection has changed the store since the last call (readings that were
    /// posted or replayed, a device that was moved), and once a minute while a device has a reading of the future. It does so in a tenth of the time at most: with very many devices not in
    /// each call. In order with <see cref="Committed"/>; the handler must return equally fast.
    /// </summary>
    /// <param name="tell">Receives the states.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task TellChangesAsync(Action<IReadOnlyList<DeviceState>> tell, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await using var transaction = await _session.BeginAsync(forReading: true, cancellationToken);
            var rules = Enter(transaction);
            var pause = time.GetElapsedTime(_toldAt);
            if (_toldVersion < 0 || (rules.Version != _toldVersion && pause >= _tellingTook * PauseForStates) || (rules.AnyAhead && pause >= s_tellAgain))
            {
                var start = time.GetTimestamp();
                tell(await rules.StatesAsync(transaction, cancellationToken));
                (_toldVersion, _toldAt) = (rules.Version, time.GetTimestamp());
                _tellingTook = time.GetElapsedTime(start, _toldAt);
            }
        }
        catch (Exception e)
        {
            Forget(e);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _turn.Wait();
        _session.Dispose();
        _rules = null;
        _turn.Release();
    }

    private async ValueTask<BatchResult> WriteOrDivideAsync(IReadOnlyList<IncomingMessage> batch, CancellationToken cancellationToken)
    {
        var (result, failure) = await TryWriteAsync(batch, cancellationToken);
        if (result is not null)
        {
            return result;
        }

        if (batch.Count < 2)
        {
            return batch is [var message] ? await WriteOrSetAsideAsync(message) : throw failure!;
        }

        // From here on without cancellation: one half of the batch may be committed when the other one is written.
        var half = batch.Count / 2;
        IReadOnlyList<IncomingMessage> rest = [.. batch.Skip(half)];
        BatchResult first;
        try
        {
            first = await WriteOrDivideAsync([.. batch.Take(half)], CancellationToken.None);
        }
        catch (Exception e) when (StoreFailure.MayBeOfTheData(e))
        {
            // What can be stored of the rest shows that the store works, and that the message is at fault.
            await WriteOrDivideAsync(rest, CancellationToken.None);
            throw;
        }

        return first.Then(await WriteOrDivideAsync(rest, CancellationToken.None));
    }

    // Tried once more, on a new connection: what failed on the one before need not be the message's fault.
    private async ValueTask<BatchResult> WriteOrSetAsideAsync(IncomingMessage message)
    {
        var (result, failure) = await TryWriteAsync([message], CancellationToken.None);
        if (result is not null)
        {
            return result;
        }

        if (_setAside < MostSetAside)
        {
            (result, _) = await TryWriteAsync([message.SetAside(StoreFailure.NotStorable(failure!))], CancellationToken.None);
        }

        if (result is null)
        {
            throw failure!;
        }

        _setAside++;
        LogSetAside(logger, message.DeviceUid, message.Measurement.Ts, failure!.Message);
        return result;
    }

    /// <returns>A failure in place of a result when a message may be at fault; nothing of the batch was committed then.</returns>
    private async ValueTask<(BatchResult? Result, Exception? Failure)> TryWriteAsync(IReadOnlyList<IncomingMessage> batch, CancellationToken cancellationToken)
    {
        BatchResult result;
        try
        {
            result = await WriteInTransactionAsync(batch, cancellationToken);
        }
        catch (Exception e)
        {
            Forget(e);
            if (!StoreFailure.MayBeOfTheData(e))
            {
                throw;
            }

            return (null, e);
        }

        if (result.Outcomes.Any(o => o.Kind == OutcomeKind.Stored))
        {
            _setAside = 0;
        }

        Committed?.Invoke(result.States);
        return (result, null);
    }

    private async ValueTask<BatchResult> WriteInTransactionAsync(IReadOnlyList<IncomingMessage> batch, CancellationToken cancellationToken)
    {
        await using var transaction = await _session.BeginAsync(forReading: false, cancellationToken);
        var before = _rules?.Version ?? -1;
        var rules = Enter(transaction);
        var outcomes = await rules.StoreAsync(transaction, batch, cancellationToken);
        var (dropped, droppedHeld) = await rules.KeepRejectedAsync(transaction, batch, outcomes, retention.Value, cancellationToken);
        var states = await rules.LeaveAsync(transaction, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        await transaction.CommitAsync();
        return new(outcomes, states, dropped, Stopwatch.GetElapsedTime(start), rules.Version != before) { DroppedHeld = droppedHeld };
    }

    private WriteRules Enter(IWriteTransaction transaction)
    {
        _rules ??= new(ingest.Value, clock);
        _rules.Enter(transaction);
        return _rules;
    }

    private void RequireOurs()
    {
        if (state.Foreign is { } foreign)
        {
            throw new StoreException(foreign);
        }
    }

    // What was learned about devices may be half of a batch.
    private void Forget(Exception failure)
    {
        _toldVersion = -1;
        _rules = null;
        _session.Forget(failure);
    }

    [LoggerMessage(57, LogLevel.Error, "A reading of device {Device} with ts {Ts} cannot be stored and is kept among the rejected messages: {Message}")]
    private static partial void LogSetAside(ILogger logger, string? device, long ts, string message);
}
