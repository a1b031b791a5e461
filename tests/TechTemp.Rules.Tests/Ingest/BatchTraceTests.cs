using System.Diagnostics;
using System.Text;
using TechTemp.Data.Readings;
using TechTemp.Ingest.Pipeline;
using TechTemp.Readings.Messages;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Hosting;
using Sent = TechTemp.Testing.SampleReading;

namespace TechTemp.Rules.Tests.Ingest;

/// <summary>One of these is without a listener of the source of ingest, which hosts with telemetry in other tests are.</summary>
[Collection(nameof(MemoryMeasured))]
public sealed class BatchTraceTests
{
    private const string Process = $"process {SensorTopic.ReadingTemplate}";

    [Fact]
    public void A_batch_is_a_span_linked_to_the_traces_of_its_messages()
    {
        var traces = Enumerable.Range(0, 3).Select(_ => NewTrace()).ToList();
        var batch = Record([.. traces.Select(t => Traced("s1", t)), Traced("s1", default)])[^1];
        Assert.Equal((Process, ActivityKind.Consumer, default), (batch.OperationName, batch.Kind, batch.ParentSpanId));
        Assert.Equal(traces, batch.Links.Select(l => l.Context));
        Assert.Equal("mqtt", batch.GetTagItem("messaging.system"));
        Assert.Equal("process", batch.GetTagItem("messaging.operation.type"));
        Assert.Equal(SensorTopic.ReadingTemplate, batch.GetTagItem("messaging.destination.template"));
        Assert.Equal(Sent.Topic("s1"), batch.GetTagItem("messaging.destination.name"));
        Assert.Equal(4, batch.GetTagItem("messaging.batch.message_count"));
    }

    [Fact]
    public void A_batch_of_several_topics_names_none() =>
        Assert.Null(Record([Traced("s1", NewTrace()), Traced("s2", NewTrace())])[^1].GetTagItem("messaging.destination.name"));

    [Fact]
    public void A_batch_has_a_bounded_number_of_links()
    {
        var batch = Assert.Single(Record([.. Enumerable.Range(0, 1_000).Select(_ => Traced("s1", NewTrace()))]));
        Assert.Equal(128, batch.Links.Count());
        Assert.Equal(1_000, batch.GetTagItem("messaging.batch.message_count"));
    }

    [Fact]
    public void Each_message_of_a_small_batch_has_its_steps_in_the_trace_that_it_came_from()
    {
        var (first, second) = (NewTrace(), NewTrace());
        var spans = Record([Traced("s1", first), Traced("s2", second)]);
        foreach (var sender in new[] { first, second })
        {
            var message = Assert.Single(spans, s => s.ParentSpanId == sender.SpanId);
            Assert.Equal((sender.TraceId, Process, "stored"), (message.TraceId, message.OperationName, message.GetTagItem("techtemp.outcome")));
            Assert.Equal(spans[^1].SpanId, Assert.Single(message.Links).Context.SpanId);
            Assert.Equal(
                [$"receive {SensorTopic.ReadingTemplate}", "commit readings", $"acknowledge {SensorTopic.ReadingTemplate}"],
                spans.Where(s => s.ParentSpanId == message.SpanId).Select(s => s.OperationName));
        }
    }

    [Fact]
    public void A_message_without_a_context_belongs_to_the_trace_of_its_batch()
    {
        var spans = Record([Traced("s1", default)]);
        Assert.Single(spans, s => s.OperationName == Process && s.ParentSpanId == spans[^1].SpanId);
        Assert.Single(spans.Select(s => s.TraceId).Distinct());
    }

    [Theory]
    [InlineData(BatchTrace.MaxMessages)]
    [InlineData(BatchTrace.MaxMessages + 1)]
    public void A_state_continues_the_trace_of_its_devices_newest_message(int messages)
    {
        var traces = Enumerable.Range(0, messages).Select(_ => NewTrace()).ToList();
        Record([.. traces.Select((t, i) => Traced(i % 2 == 0 ? "even" : "odd", t))], trace =>
        {
            Assert.Equal(traces.Where((_, i) => i % 2 == 0).Last().TraceId, trace.ContextOf("even").TraceId);
            Assert.Equal(traces.Where((_, i) => i % 2 == 1).Last().TraceId, trace.ContextOf("odd").TraceId);
            Assert.Equal(default, trace.ContextOf("another"));
        });
    }

    [Fact]
    public void A_refused_message_says_why_and_tells_no_topic_that_is_invalid()
    {
        var message = new PendingMessage(
            IncomingMessage.FromMqtt(new($"home/h/sensors/{new string('x', 1_000)}/reading"), default, 0), 0, null, (_, _) => Task.CompletedTask);
        var spans = Record([message]);
        Assert.All(spans, s => Assert.Null(s.GetTagItem("messaging.destination.name")));
        var refused = Assert.Single(spans, s => s.GetTagItem("techtemp.outcome") is not null);
        Assert.Equal(("rejected", RejectionReasons.InvalidTopic, ActivityStatusCode.Error), (refused.GetTagItem("techtemp.outcome"), refused.GetTagItem("error.type"), refused.Status));
    }

    [Fact]
    public void Without_a_listener_nothing_is_allocated()
    {
        PendingMessage[] batch = [Traced("s1", NewTrace())];
        Assert.Null(BatchTrace.Start(batch, TimeProvider.System));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            BatchTrace.Start(batch, TimeProvider.System);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static ActivityContext NewTrace() => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);

    private static PendingMessage Traced(string device, ActivityContext trace) => new(
        IncomingMessage.FromMqtt(new(Sent.Topic(device)), Encoding.UTF8.GetBytes(Sent.Payload()), Sent.Ts),
        TimeProvider.System.GetTimestamp(),
        trace == default ? null : [new("traceparent", Encoding.UTF8.GetBytes($"00-{trace.TraceId}-{trace.SpanId}-01"))],
        (_, _) => Task.CompletedTask);

    // Commits and acknowledges a batch as the pipeline does. The spans are in the order of their ends, the batch's own last.
    private static List<Activity> Record(PendingMessage[] batch, Action<BatchTrace>? committing = null)
    {
        var spans = new List<Activity>();
        var thread = Environment.CurrentManagedThreadId;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == IngestTelemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                // Pipelines of other tests are heard too.
                if (Environment.CurrentManagedThreadId == thread)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using (var trace = BatchTrace.Start(batch, TimeProvider.System))
        {
            Assert.NotNull(trace);
            Assert.Same(trace, BatchTrace.Of(Activity.Current!));
            committing?.Invoke(trace);
            trace.Committed(new([.. batch.Select(m => m.Message.Rejection is { } rejection ? new Outcome(OutcomeKind.Rejected, rejection) : new(OutcomeKind.Stored))], [], 0, default, false));
            for (var i = 0; i < batch.Length; i++)
            {
                trace.Acknowledged(i, trace.Acknowledge(i));
            }
        }

        Assert.Null(Activity.Current);
        return spans;
    }
}
