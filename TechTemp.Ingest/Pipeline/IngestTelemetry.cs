using System.Diagnostics;
using System.Diagnostics.Metrics;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Workers;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;

namespace TechTemp.Ingest.Pipeline;

/// <summary>
/// What ingest tells about itself. Recorded per batch; names by OpenTelemetry's conventions, listed in docs/telemetry.md.
/// </summary>
public sealed class IngestTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "TechTemp.Ingest";

    /// <summary>The source of spans; asked for its listeners before anything is allocated for one.</summary>
    internal static ActivitySource Source { get; } = new(Name);

    private readonly TimeProvider _time;
    private readonly Counter<long> _received;
    private readonly Counter<long> _stored;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _late;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _droppedRejections;
    private readonly Counter<long> _droppedHeld;
    private readonly Counter<long> _elsewhere;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _commitDuration;
    private readonly Histogram<double> _lag;
    private volatile Division? _division;

    /// <summary>Creates the instruments.</summary>
    public IngestTelemetry(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(Name);
        _received = meter.CreateCounter<long>("techtemp.ingest.received", "{message}", "Messages taken up");
        _stored = meter.CreateCounter<long>("techtemp.ingest.stored", "{reading}", "Readings committed to disk");
        _duplicates = meter.CreateCounter<long>("techtemp.ingest.duplicate", "{reading}", "Readings that were stored before");
        _rejected = meter.CreateCounter<long>("techtemp.ingest.rejected", "{message}", "Messages refused, by reason");
        _late = meter.CreateCounter<long>("techtemp.ingest.late", "{reading}", "Readings stored after a newer one of their device");
        _dropped = meter.CreateCounter<long>("techtemp.ingest.dropped", "{message}", "QoS 0 messages dropped because too many were in hand");
        _droppedRejections = meter.CreateCounter<long>("techtemp.rejected.dropped", "{message}", "Rejected messages dropped by retention");
        _droppedHeld = meter.CreateCounter<long>("techtemp.held.dropped", "{reading}", "Held readings dropped, beyond their device's quota or for their age");
        _elsewhere = meter.CreateCounter<long>("techtemp.ingest.elsewhere", "{message}", "Messages acknowledged without being stored, because another worker stores them");
        meter.CreateObservableGauge("techtemp.ingest.workers", CountWorkers, "{worker}", "Workers, by `state`: `present` or `missing`; none with one worker alone");
        _batchSize = meter.CreateHistogram<int>("techtemp.ingest.batch.size", "{message}", "Messages in one transaction");
        _commitDuration = meter.CreateHistogram<double>(
            "techtemp.ingest.commit.duration", "s", "Time of the commit itself", advice: new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] });
        _lag = meter.CreateHistogram<double>(
            "techtemp.ingest.lag", "s", "From measurement and from receipt to commit, by `from`", advice: new() { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3600] });
    }

    /// <summary>Counts a committed batch.</summary>
    public void Committed(IReadOnlyList<PendingMessage> batch, BatchResult result)
    {
        int stored = 0, duplicates = 0, late = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            var outcome = result.Outcomes[i];
            switch (outcome.Kind)
            {
                case OutcomeKind.Stored:
                    stored++;
                    late += outcome.Late ? 1 : 0;
                    break;
                case OutcomeKind.Duplicate:
                    duplicates++;
                    break;
            }

            // Also of a message of which only some values are.
            if (outcome.Rejection is { } rejection)
            {
                _rejected.Add(1, new KeyValuePair<string, object?>("reason", rejection.Reason));
            }
        }

        _received.Add(batch.Count);
        _stored.Add(stored);
        _duplicates.Add(duplicates);
        _late.Add(late);
        _batchSize.Record(batch.Count);
        _commitDuration.Record(result.CommitTime.TotalSeconds);
        DroppedRejections(result.DroppedRejections);
        DroppedHeld(result.DroppedHeld);
        if (_lag.Enabled)
        {
            RecordLag(batch, result);
        }
    }

    /// <summary>Counts a QoS 0 message that was dropped.</summary>
    public void Dropped() => _dropped.Add(1);

    /// <summary>Counts a message that another worker stores.</summary>
    public void Elsewhere() => _elsewhere.Add(1);

    /// <summary>Keeps how the workers divide the homes.</summary>
    public void Workers(Division division) => _division = division;

    /// <summary>Counts rejected messages that retention dropped.</summary>
    public void DroppedRejections(int count)
    {
        if (count > 0)
        {
            _droppedRejections.Add(count);
        }
    }

    /// <summary>Counts held readings that were dropped.</summary>
    public void DroppedHeld(IReadOnlyList<HeldLoss> losses)
    {
        foreach (var loss in losses)
        {
            _droppedHeld.Add(loss.Count);
        }
    }

    private void RecordLag(IReadOnlyList<PendingMessage> batch, BatchResult result)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < batch.Count; i++)
        {
            if (result.Outcomes[i].Kind == OutcomeKind.Stored)
            {
                _lag.Record((now - batch[i].Message.Measurement.Ts) / 1000.0, new KeyValuePair<string, object?>("from", "measurement"));
                _lag.Record(_time.GetElapsedTime(batch[i].ReceivedTimestamp).TotalSeconds, new KeyValuePair<string, object?>("from", "receipt"));
            }
        }
    }

    private IEnumerable<Measurement<int>> CountWorkers()
    {
        if (_division is { } division)
        {
            var missing = division.Workers.Count(w => w.IsMissing);
            yield return new(division.Workers.Count - missing, new KeyValuePair<string, object?>("state", "present"));
            yield return new(missing, new KeyValuePair<string, object?>("state", "missing"));
        }
    }
}
