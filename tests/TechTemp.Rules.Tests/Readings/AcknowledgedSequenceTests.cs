using System.Text;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Readings.Messages;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

/// <summary>What a device that counts its readings is told, by the writer and over its restarts.</summary>
public sealed class AcknowledgedSequenceTests : IDisposable
{
    private readonly TestStore _store = new();

    private long Now => _store.Now;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_device_is_told_the_number_up_to_which_every_reading_is_stored()
    {
        Assert.Equal(3, Acked(Numbered(1), Numbered(2), Numbered(3)));
        Assert.Equal(3, Acked(Numbered(5)));
        Assert.Equal(5, Acked(Numbered(4)));
    }

    [Fact]
    public async Task A_gap_is_remembered_over_a_restart()
    {
        Acked(Numbered(1), Numbered(4), Numbered(6));
        using (var restarted = _store.NewWriter())
        {
            Assert.Equal(1, (await restarted.WriteAsync([Numbered(3)], Cancel)).States.Single().AckedSeq);
        }

        using var again = _store.NewWriter();
        Assert.Equal(4, (await again.WriteAsync([Numbered(2)], Cancel)).States.Single().AckedSeq);
        Assert.Equal(6, (await again.WriteAsync([Numbered(5)], Cancel)).States.Single().AckedSeq);
        Assert.Empty(_store.Read(c => c.Set<SequenceGap>().ToList()));
    }

    [Fact]
    public void A_reading_sent_again_is_acknowledged_again()
    {
        Acked(Numbered(1), Numbered(2));
        Assert.Equal(2, Acked(Numbered(2)));
    }

    [Theory]
    [InlineData("""{"ts": 1, "temperature_c": 21, "humidity_pct": 50, "seq": 2}""")]
    [InlineData("""{"seq": 2}""")]
    public void A_rejected_reading_need_not_be_sent_again(string refused)
    {
        Acked(Numbered(1));
        Assert.Equal(2, Acked(Raw(refused)));
        Assert.Equal(3, Acked(Numbered(3)));
    }

    [Fact]
    public void A_conflict_need_not_be_sent_again()
    {
        Acked(Numbered(1));
        Assert.Equal(2, Acked(Raw(Payload(Now + 1, 30, 30)[..^1] + ", \"seq\": 2}")));
    }

    [Fact]
    public void Another_homes_messages_do_not_count()
    {
        Acked(Numbered(1));
        _store.Write(Numbered(2, home: "h2"), Raw("""{"seq": 2}""", home: "h2"));
        Assert.Equal(1, Acked(Numbered(3)));
    }

    [Fact]
    public void A_counter_that_begins_anew_is_followed()
    {
        Acked(Numbered(500), Numbered(501));
        Assert.Equal(1, Acked(Numbered(1, at: Now + 10_000)));
        Assert.Equal(2, Acked(Numbered(2, at: Now + 10_001)));
    }

    [Fact]
    public void Readings_that_were_lost_at_the_very_start_are_asked_for()
    {
        Assert.Equal(0, Acked(Numbered(3, oldest: 1)));
        Assert.Equal(3, Acked(Numbered(1, oldest: 1), Numbered(2, oldest: 1)));
    }

    [Fact]
    public void A_device_without_a_counter_is_told_no_number() => Assert.Null(_store.Write(Reading(Now)).States.Single().AckedSeq);

    [Fact]
    public async Task Held_readings_are_counted_when_the_device_is_provisioned()
    {
        using var store = new TestStore(("Ingest:UnknownDevices", "Hold"));
        store.Write(Numbered(7), Numbered(8));
        await store.With<DeviceRegistry, DeviceOutcome>(d => d.ProvisionAsync(new("s1", "Salon", null, null, null, null), CancellationToken.None));
        Assert.Equal(9, store.Write(Numbered(9)).States.Single().AckedSeq);
    }

    [Fact]
    public async Task A_rejected_message_that_the_broker_sends_again_is_kept_once()
    {
        var refused = Encoding.UTF8.GetBytes("""{"ts": "x"}""");
        IncomingMessage Delivered(bool again) => IncomingMessage.FromMqtt(new(SensorTopic.Reading("h1", "s1")), refused, Now, again);

        var first = _store.Write(Delivered(again: false), Delivered(again: true));
        using var restarted = _store.NewWriter();
        var second = await restarted.WriteAsync([Delivered(again: true)], Cancel);
        Assert.Equal([OutcomeKind.Rejected, OutcomeKind.Duplicate, OutcomeKind.Duplicate], [.. first.Outcomes.Concat(second.Outcomes).Select(o => o.Kind)]);
        Assert.Equal(1, _store.Read(c => c.RejectedMessages.Count()));

        // The same again from the device itself is another message.
        _store.Write(Delivered(again: false));
        Assert.Equal(2, _store.Read(c => c.RejectedMessages.Count()));
    }

    [Fact]
    public async Task What_others_change_is_told_of_once()
    {
        var told = new List<DeviceState>();
        _store.Write(Reading(Now), Reading(Now, device: "s2"));
        await _store.Writer.TellChangesAsync(told.AddRange, Cancel);
        Assert.Equal(["s1", "s2"], told.Select(s => s.DeviceUid).Order());
        told.Clear();
        _store.Write(Reading(Now + 1));
        await _store.Writer.TellChangesAsync(told.AddRange, Cancel);
        Assert.Empty(told);

        await _store.With<DeviceRegistry, DeviceOutcome>(d => d.ProvisionAsync(new("s1", "Salon", null, null, null, null), CancellationToken.None));
        await _store.Writer.TellChangesAsync(told.AddRange, Cancel);
        Assert.Equal("salon", told.Single(s => s.DeviceUid == "s1").RoomUid);
    }

    private long? Acked(params IncomingMessage[] batch) => _store.Write(batch).States.Single().AckedSeq;

    private IncomingMessage Numbered(long seq, long? at = null, string home = "h1", long? oldest = null) =>
        Raw(Payload(at ?? (Now + seq - 1), 21, 50)[..^1] + $", \"seq\": {seq}{(oldest is null ? "" : $", \"seq_oldest\": {oldest}")}}}", home: home);
}
