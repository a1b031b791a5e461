using System.Diagnostics.Metrics;
using TechTemp.Data.Readings;
using TechTemp.Ingest;
using TechTemp.Ingest.Pipeline;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Ingest;

public sealed class IngestTelemetryTests : IDisposable
{
    private readonly TestStore _store = new(builder => builder.AddIngestPipeline(), ("Retention:RejectedRows", "2"));
    private readonly Measured _measured;
    private readonly IngestTelemetry _telemetry;

    public IngestTelemetryTests()
    {
        _measured = new(_store.Get<IMeterFactory>());
        _telemetry = _store.Get<IngestTelemetry>();
    }

    public void Dispose()
    {
        _measured.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void A_batch_is_counted_by_what_became_of_its_messages()
    {
        Commit(
            Reading(_store.Now), Reading(_store.Now), Reading(_store.Now, 30), Reading(_store.Now - 1), Reading(_store.Now + 1),
            Raw("{}"), Raw("{}"), Raw("x"));
        Assert.Equal(8, _measured.Sum("techtemp.ingest.received"));
        Assert.Equal(3, _measured.Sum("techtemp.ingest.stored"));
        Assert.Equal(1, _measured.Sum("techtemp.ingest.duplicate"));
        Assert.Equal(1, _measured.Sum("techtemp.ingest.late"));
        Assert.Equal(4, _measured.Sum("techtemp.ingest.rejected"));
        Assert.Equal(1, _measured.Sum("techtemp.ingest.rejected", "reason=conflict"));
        Assert.Equal(2, _measured.Sum("techtemp.ingest.rejected", "reason=missing-field"));
        Assert.Equal(1, _measured.Sum("techtemp.ingest.rejected", "reason=invalid-json"));
        Assert.Equal(2, _measured.Sum("techtemp.rejected.dropped"));
        Assert.Equal([8], _measured.Values("techtemp.ingest.batch.size"));
        Assert.Single(_measured.Values("techtemp.ingest.commit.duration"));
    }

    [Fact]
    public void The_lag_of_a_stored_reading_is_told_from_its_measurement_and_from_its_receipt()
    {
        var received = _store.Time.GetTimestamp();
        var message = new PendingMessage(Reading(_store.Now - 1_500), received, default, (_, _) => Task.CompletedTask);
        var invalid = new PendingMessage(Raw("x"), received, default, (_, _) => Task.CompletedTask);
        _store.Time.Advance(TimeSpan.FromMilliseconds(250));
        _telemetry.Committed([message, invalid], _store.Write(message.Message, invalid.Message));
        Assert.Equal([1.75], _measured.Values("techtemp.ingest.lag", "from=measurement"));
        Assert.Equal([0.25], _measured.Values("techtemp.ingest.lag", "from=receipt"));
    }

    [Fact]
    public void A_dropped_message_is_counted()
    {
        _telemetry.Dropped();
        _telemetry.DroppedRejections(0);
        _telemetry.DroppedRejections(3);
        Assert.Equal([1], _measured.Values("techtemp.ingest.dropped"));
        Assert.Equal([3], _measured.Values("techtemp.rejected.dropped"));
    }

    private void Commit(params IncomingMessage[] messages) => _telemetry.Committed(
        Array.ConvertAll(messages, m => new PendingMessage(m, _store.Time.GetTimestamp(), default, (_, _) => Task.CompletedTask)), _store.Write(messages));
}
