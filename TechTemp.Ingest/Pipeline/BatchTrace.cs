using System.Diagnostics;
using TechTemp.Data.Readings;
using TechTemp.Readings.Messages;
using TechTemp.Readings.Rules;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Ingest.Pipeline;

/// <summary>
/// The spans of one batch. The batch has a span of its own, linked to the spans that its messages came from. In a small batch
/// each message also has a span in the trace that it came from, with a child for each step, so that the trace of one
/// reading shows the whole path. Exists only while somebody listens.
/// </summary>
internal sealed class BatchTrace : IDisposable
{
    /// <summary>The most messages of a batch that have spans of their own.</summary>
    public const int MaxMessages = 32;

    // A span with thousands of links helps nobody, and collectors refuse it.
    private const int MaxLinks = 128;
    private const string Self = "techtemp.batch";

    private readonly IReadOnlyList<PendingMessage> _batch;
    private readonly Activity _span;
    private readonly Activity?[] _messages;
    private readonly TimeProvider _time;
    private Dictionary<string, ActivityContext>? _contexts;
    private bool _isCommitted;

    private BatchTrace(IReadOnlyList<PendingMessage> batch, Activity span, TimeProvider time)
    {
        (_batch, _span, _time) = (batch, span, time);
        _messages = batch.Count <= MaxMessages ? [.. batch.Select(StartMessage)] : [];
        CommitStart = time.GetUtcNow();
        span.SetCustomProperty(Self, this);
        Activity.Current = span;
    }

    /// <summary>The batch that an activity is the span of; null when it is another one's.</summary>
    public static BatchTrace? Of(Activity activity) => activity.GetCustomProperty(Self) as BatchTrace;

    private DateTimeOffset CommitStart { get; }

    /// <summary>Starts the spans of a batch that is about to be committed; null when nobody listens or the batch is not sampled.</summary>
    public static BatchTrace? Start(IReadOnlyList<PendingMessage> batch, TimeProvider time)
    {
        if (!IngestTelemetry.Source.HasListeners())
        {
            return null;
        }

        var links = batch.Select(Context).Where(c => c != default).Take(MaxLinks).Select(c => new ActivityLink(c)).ToList();
        var span = MqttSpans.Start(IngestTelemetry.Source, MqttOperation.Process, SensorTopic.ReadingTemplate, CommonTopic(batch), links: links);
        span?.SetTag("messaging.batch.message_count", batch.Count);
        return span is null ? null : new(batch, span, time);
    }

    /// <summary>
    /// The context that a state of this batch continues: of its device's newest message. In a large batch that is the sender's own
    /// context; default when there was none.
    /// </summary>
    public ActivityContext ContextOf(string deviceUid)
    {
        if (_messages.Length > 0)
        {
            for (var i = _batch.Count - 1; i >= 0; i--)
            {
                if (_batch[i].Message.DeviceUid == deviceUid)
                {
                    return _messages[i]?.Context ?? default;
                }
            }

            return default;
        }

        if (_contexts is null)
        {
            _contexts = [];
            for (var i = _batch.Count - 1; i >= 0; i--)
            {
                if (_batch[i].Message.DeviceUid is { } uid && !_contexts.ContainsKey(uid))
                {
                    _contexts[uid] = Context(_batch[i]);
                }
            }
        }

        return _contexts.GetValueOrDefault(deviceUid);
    }

    /// <summary>Ends the spans of the commit, and notes what became of each message.</summary>
    public void Committed(BatchResult result)
    {
        _isCommitted = true;
        for (var i = 0; i < _messages.Length; i++)
        {
            if (_messages[i] is not { } message)
            {
                continue;
            }

            using (var commit = Child(message, "commit readings", CommitStart))
            {
                commit?.SetTag("db.system.name", "sqlite").SetTag("db.operation.batch.size", _batch.Count);
            }

            var outcome = result.Outcomes[i];
            message.SetTag("techtemp.outcome", Text(outcome.Kind));
            if (outcome.Rejection is { } rejection)
            {
                message.SetTag("error.type", rejection.Reason);
                message.SetStatus(outcome.Kind == OutcomeKind.Rejected ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
            }
        }

        Activity.Current = _span;
    }

    /// <summary>Starts the span of a message's acknowledgement; null when it has none.</summary>
    public Activity? Acknowledge(int message)
    {
        if (message >= _messages.Length || _messages[message] is not { } parent)
        {
            return null;
        }

        var span = MqttSpans.Start(IngestTelemetry.Source, MqttOperation.Acknowledge, SensorTopic.ReadingTemplate, Topic(_batch[message]), parent.Context);
        Activity.Current = _span;
        return span;
    }

    /// <summary>Ends the span of a message's acknowledgement, and with it that of the message.</summary>
    public void Acknowledged(int message, Activity? acknowledgement)
    {
        if (message < _messages.Length)
        {
            acknowledgement?.Dispose();
            _messages[message]?.Dispose();
            Activity.Current = _span;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var message in _messages)
        {
            if (!_isCommitted)
            {
                message?.SetStatus(ActivityStatusCode.Error, "Not committed.");
            }

            message?.Dispose();
        }

        if (!_isCommitted)
        {
            _span.SetStatus(ActivityStatusCode.Error, "Not committed.");
        }

        Activity.Current = null;
        _span.Dispose();
    }

    private Activity? StartMessage(PendingMessage message)
    {
        var received = _time.GetUtcNow() - _time.GetElapsedTime(message.ReceivedTimestamp);
        var (topic, sender) = (Topic(message), Context(message));
        // Without a context the message belongs to the trace of its batch.
        var span = MqttSpans.Start(
            IngestTelemetry.Source,
            MqttOperation.Process,
            SensorTopic.ReadingTemplate,
            topic,
            sender == default ? _span.Context : sender,
            sender == default ? null : [new(_span.Context)],
            received);
        if (span is not null)
        {
            MqttSpans.Start(IngestTelemetry.Source, MqttOperation.Receive, SensorTopic.ReadingTemplate, topic, span.Context, start: received)?.Dispose();
        }

        Activity.Current = _span;
        return span;
    }

    private static Activity? Child(Activity parent, string name, DateTimeOffset start) =>
        IngestTelemetry.Source.StartActivity(name, ActivityKind.Internal, parent.Context, startTime: start);

    private static ActivityContext Context(PendingMessage message) => MqttSpans.Context(message.Properties);

    // An invalid topic may be anything, of any length.
    private static string? Topic(PendingMessage message) => message.Message.DeviceUid is null ? null : message.Message.Topic;

    private static string? CommonTopic(IReadOnlyList<PendingMessage> batch)
    {
        var first = Topic(batch[0]);
        for (var i = 1; i < batch.Count; i++)
        {
            if (Topic(batch[i]) != first)
            {
                return null;
            }
        }

        return first;
    }

    private static string Text(OutcomeKind kind) => kind switch
    {
        OutcomeKind.Stored => "stored",
        OutcomeKind.Duplicate => "duplicate",
        OutcomeKind.Ignored => "ignored",
        _ => "rejected",
    };
}
