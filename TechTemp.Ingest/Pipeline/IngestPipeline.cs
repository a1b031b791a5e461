using System.Threading.Channels;
using Microsoft.Extensions.Options;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;

namespace TechTemp.Ingest.Pipeline;

/// <summary>
/// Commits what is received, and only then acknowledges it, in the order of receipt. While one batch is being synced to
/// disk the next one gathers; there is no timer. A store that fails is tried again for as long as it takes: nothing of
/// the batch is acknowledged, and the broker stops sending when the limit in hand is reached.
/// </summary>
public sealed partial class IngestPipeline(
    ReadingWriter writer, StatePublisher states, IngestTelemetry telemetry, IOptions<PipelineOptions> options, TimeProvider time, ILogger<IngestPipeline> logger)
    : BackgroundService
{
    // Together below the five seconds in which a stop must be over.
    private static readonly TimeSpan s_drainTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_flushTime = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    // Unbounded, because the handlers that fill it must not wait: InHandLimit bounds what may be in it.
    private readonly Channel<PendingMessage> _received = Channel.CreateUnbounded<PendingMessage>(new() { SingleReader = true });
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HeldDropLog _heldDrops = new(time, logger);
    private int _inHand;

    /// <summary>How many messages were received and are not committed yet.</summary>
    public int InHand => Volatile.Read(ref _inHand);

    /// <summary>Whether as many messages are in hand as may be.</summary>
    public bool IsFull => InHand >= options.Value.InHandLimit;

    /// <summary>Takes a message up.</summary>
    /// <returns>False when the pipeline is stopping: the message is not acknowledged and will come again.</returns>
    public bool TryAccept(in PendingMessage message)
    {
        if (!_received.Writer.TryWrite(message))
        {
            return false;
        }

        Interlocked.Increment(ref _inHand);
        return true;
    }

    /// <summary>Takes nothing more up, and completes when what is in hand has been committed and acknowledged.</summary>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        _received.Writer.TryComplete();
        return _drained.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Ends the work in good order, for whoever feeds the pipeline and is stopping: what is in hand is committed and
    /// acknowledged, and its states are published, as far as time allows. What does not get done was not acknowledged.
    /// </summary>
    public async Task FinishAsync()
    {
        using var drainTime = new CancellationTokenSource(s_drainTime);
        await DrainAsync(drainTime.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var flushTime = new CancellationTokenSource(s_flushTime);
        await states.FlushAsync(flushTime.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var batch = new List<PendingMessage>();
            var messages = new List<IncomingMessage>();
            while (await _received.Reader.WaitToReadAsync(stoppingToken))
            {
                while (batch.Count < options.Value.MaxBatch && _received.Reader.TryRead(out var message))
                {
                    batch.Add(message);
                    messages.Add(message.Message);
                }

                await ProcessAsync(batch, messages, stoppingToken);
                batch.Clear();
                messages.Clear();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is still in hand was not acknowledged: its sender has it.
        }
        finally
        {
            _received.Writer.TryComplete();
            _drained.TrySetResult();
        }
    }

    private async Task ProcessAsync(List<PendingMessage> batch, List<IncomingMessage> messages, CancellationToken stoppingToken)
    {
        using var trace = BatchTrace.Start(batch, time);
        var result = await CommitAsync(messages, stoppingToken);
        telemetry.Committed(batch, result);
        trace?.Committed(result);
        _heldDrops.Report(result.DroppedHeld);
        for (var i = 0; i < batch.Count; i++)
        {
            // Before, because each acknowledgement lets the broker send one more.
            Interlocked.Decrement(ref _inHand);
            var acknowledgement = trace?.Acknowledge(i);
            await AcknowledgeAsync(batch[i], stoppingToken);
            trace?.Acknowledged(i, acknowledgement);
        }

        LogCommitted(logger, batch.Count, result.CommitTime.TotalMilliseconds);
    }

    private async Task<BatchResult> CommitAsync(List<IncomingMessage> messages, CancellationToken stoppingToken)
    {
        for (var pause = s_firstPause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            try
            {
                var result = await writer.WriteAsync(messages, stoppingToken);
                if (pause > s_firstPause)
                {
                    LogStoreBack(logger, messages.Count);
                }

                return result;
            }
            catch (StoreException e)
            {
                if (pause == s_firstPause)
                {
                    LogStoreFailed(logger, messages.Count, e.Message);
                }
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private async Task AcknowledgeAsync(PendingMessage message, CancellationToken stoppingToken)
    {
        try
        {
            await message.Acknowledge(message.Receipt, stoppingToken);
        }
        // Whatever a connection that is going throws, MQTTnet's NullReferenceException included: the message is on disk,
        // its sender will send it again, and it will be a duplicate.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotAcknowledged(logger, e.Message);
        }
    }

    [LoggerMessage(10, LogLevel.Debug, "Committed {Count} messages; the commit took {CommitMilliseconds:F1} ms")]
    private static partial void LogCommitted(ILogger logger, int count, double commitMilliseconds);

    [LoggerMessage(11, LogLevel.Error, "The store does not take {Count} messages: {Message} They are not acknowledged; trying again until it does")]
    private static partial void LogStoreFailed(ILogger logger, int count, string message);

    [LoggerMessage(12, LogLevel.Information, "The store works again: {Count} messages committed")]
    private static partial void LogStoreBack(ILogger logger, int count);

    [LoggerMessage(13, LogLevel.Debug, "A message could not be acknowledged: {Message}")]
    private static partial void LogNotAcknowledged(ILogger logger, string message);
}
