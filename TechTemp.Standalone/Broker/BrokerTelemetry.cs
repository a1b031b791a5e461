using System.Diagnostics.Metrics;
using TechTemp.Standalone.Broker.Routing;

namespace TechTemp.Standalone.Broker;

/// <summary>Why the broker has dropped or refused something.</summary>
internal enum DropReason
{
    /// <summary>A session's queue, or all of them together, had no room.</summary>
    SessionFull,

    /// <summary>There was no room for a retained message.</summary>
    RetainedFull,

    /// <summary>There were too many sessions or connections.</summary>
    TooManySessions,

    /// <summary>A message expired before its client came.</summary>
    Expired,

    /// <summary>A message was larger than its client takes.</summary>
    TooLarge,
}

/// <summary>What the embedded broker tells about itself; listed in docs/telemetry.md.</summary>
internal sealed class BrokerTelemetry
{
    public const string Name = "TechTemp.Standalone";

    private readonly Counter<long> _dropped;
    private readonly TimeProvider _time;
    private readonly UpDownCounter<int> _connections;
    private MessageRouter? _router;
    private long _lastLimit = long.MinValue;
    private DropReason _lastReason;

    public BrokerTelemetry(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(Name);
        _connections = meter.CreateUpDownCounter<int>("techtemp.broker.connections", "{connection}", "Connections to Standalone's broker");
        _dropped = meter.CreateCounter<long>("techtemp.broker.dropped", "{message}", "Messages dropped, and clients refused, by `reason`");
        meter.CreateObservableGauge("techtemp.broker.sessions", () => _router?.Sessions ?? 0, "{session}", "Sessions, with those of clients that are away");
        meter.CreateObservableGauge("techtemp.broker.queued.size", () => _router?.QueuedBytes ?? 0, "By", "Memory of subscriptions and queued messages, roughly");
        meter.CreateObservableGauge("techtemp.broker.retained", () => _router?.RetainedCount ?? 0, "{message}", "Retained messages, with the states of sensors");
        meter.CreateObservableGauge("techtemp.broker.retained.size", () => _router?.RetainedBytes ?? 0, "By", "Memory of the messages that clients retain, roughly");
    }

    /// <summary>The newest limit that was reached and when; null for none.</summary>
    public (DropReason Reason, TimeSpan Ago)? LastLimit =>
        Interlocked.Read(ref _lastLimit) is var at and not long.MinValue ? (_lastReason, _time.GetElapsedTime(at)) : null;

    public void Observe(MessageRouter router) => _router = router;

    public void Connected() => _connections.Add(1);

    public void Disconnected() => _connections.Add(-1);

    public void Dropped(DropReason reason, int count = 1)
    {
        if (count == 0)
        {
            return;
        }

        _dropped.Add(count, new KeyValuePair<string, object?>("reason", NameOf(reason)));
        if (reason is not (DropReason.Expired or DropReason.TooLarge))
        {
            _lastReason = reason;
            Interlocked.Exchange(ref _lastLimit, _time.GetTimestamp());
        }
    }

    public static string NameOf(DropReason reason) => reason switch
    {
        DropReason.SessionFull => "session-full",
        DropReason.RetainedFull => "retained-full",
        DropReason.TooManySessions => "too-many-sessions",
        DropReason.Expired => "expired",
        _ => "too-large",
    };
}
