using System.Text;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

public sealed class ReadingWriterTests : IDisposable
{
    private readonly TestStore _store = new();

    private long Now => _store.Now;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_reading_is_stored_with_its_numbers_unrounded()
    {
        var result = _store.Write(Reading(Now, 21.020000000000003, 0.1));
        Assert.Equal([new Outcome(OutcomeKind.Stored)], result.Outcomes);
        Assert.Equal([(Now, 21.020000000000003, 0.1)], _store.Readings());
    }

    [Fact]
    public void An_empty_batch_is_nothing()
    {
        var result = _store.Write();
        Assert.Empty(result.Outcomes);
        Assert.Empty(result.States);
    }

    [Fact]
    public void A_reading_sent_twice_is_stored_once()
    {
        var first = _store.Write(Reading(Now), Reading(Now));
        var second = _store.Write(Reading(Now));
        Assert.Equal([OutcomeKind.Stored, OutcomeKind.Duplicate], first.Outcomes.Select(o => o.Kind));
        Assert.Equal([OutcomeKind.Duplicate], second.Outcomes.Select(o => o.Kind));
        Assert.Equal(first.States, second.States);
        Assert.Single(_store.Readings());
        Assert.Empty(Rejected());
    }

    [Theory]
    [InlineData(22, 50)]
    [InlineData(21, 51)]
    [InlineData(21.000000000000004, 50)]
    public void Of_two_readings_of_one_moment_the_first_stays_and_the_other_is_kept_as_rejected(double temperature, double humidity)
    {
        _store.Write(Reading(Now, 21, 50));
        var result = _store.Write(Reading(Now, temperature, humidity));
        Assert.Equal(RejectionReasons.Conflict, result.Outcomes.Single().Rejection?.Reason);
        Assert.Equal([(Now, 21d, 50d)], _store.Readings());
        var kept = Assert.Single(Rejected());
        Assert.Equal((RejectionReasons.Conflict, "s1", "home/h1/sensors/s1/reading"), (kept.Reason, kept.DeviceUid, kept.Topic));
        Assert.Equal(Payload(Now, temperature, humidity), Encoding.UTF8.GetString(kept.Payload));
    }

    [Fact]
    public void Two_devices_may_have_a_reading_of_the_same_moment()
    {
        _store.Write(Reading(Now, 1), Reading(Now, 2, device: "s2"));
        Assert.Equal([(Now, 1d, 50d)], _store.Readings());
        Assert.Equal([(Now, 2d, 50d)], _store.Readings("s2"));
    }

    [Fact]
    public void Zero_is_stored_as_zero()
    {
        _store.Write(Reading(Now, 0, 0));
        Assert.Equal([(Now, 0d, 0d)], _store.Readings());
        Assert.Equal([OutcomeKind.Duplicate], _store.Write(Reading(Now, 0, 0)).Outcomes.Select(o => o.Kind));
    }

    [Fact]
    public void The_device_of_an_unknown_reading_is_registered()
    {
        _store.Write(Reading(Now));
        var device = Device();
        Assert.Equal(
            ("s1", "h1", "Auto-discovered sensor", false, TestStore.Start, TestStore.Start),
            (device.Uid, device.Home, device.Label, device.Provisioned, device.CreatedAt, device.LastSeenAt));
    }

    [Fact]
    public void Devices_are_told_apart_by_case()
    {
        _store.Write(Reading(Now, 1, device: "S1"), Reading(Now, 2, device: "s1"));
        Assert.Equal([(Now, 1d, 50d)], _store.Readings("S1"));
        Assert.Equal([(Now, 2d, 50d)], _store.Readings("s1"));
    }

    [Fact]
    public void The_reading_of_an_unknown_device_is_held_where_that_is_configured()
    {
        using var store = new TestStore(("Ingest:UnknownDevices", "Hold"));
        var result = store.Write(Reading(Now), Reading(Now + 1));
        Assert.All(result.Outcomes, o => Assert.Equal(RejectionReasons.UnknownDevice, o.Rejection?.Reason));
        Assert.Empty(store.Read(c => c.Devices.ToList()));
        Assert.Equal(2, store.Read(c => c.RejectedMessages.Count(r => r.DeviceUid == "s1" && r.Reason == RejectionReasons.UnknownDevice)));
    }

    [Fact]
    public void No_more_devices_register_themselves_than_are_allowed()
    {
        using var store = new TestStore(("Ingest:MaxAutoRegistered", "2"));
        var refused = store.Write(Reading(Now), Reading(Now, device: "s2"), Reading(Now, device: "s3"), Reading(Now + 1)).Outcomes[2].Rejection;
        Assert.Equal(RejectionReasons.UnknownDevice, refused?.Reason);
        Assert.Contains("2 such devices (Ingest:MaxAutoRegistered)", refused?.Detail, StringComparison.Ordinal);
        Assert.Equal(["s1", "s2"], store.Read(c => c.Devices.OrderBy(d => d.Uid).Select(d => d.Uid).ToList()));
        Assert.Equal(2, store.Readings().Count);
        Assert.Equal(1, store.Read(c => c.RejectedMessages.Count(r => r.DeviceUid == "s3")));
        Assert.Equal(OutcomeKind.Rejected, store.Write(Reading(Now, device: "s4")).Outcomes.Single().Kind);

        // By somebody else, who looked after one of them.
        store.Execute("UPDATE devices SET provisioned = 1 WHERE uid = 's1';");
        Assert.Equal(OutcomeKind.Stored, store.Write(Reading(Now + 2, device: "s3")).Outcomes.Single().Kind);
        Assert.Equal(OutcomeKind.Rejected, store.Write(Reading(Now + 2, device: "s4")).Outcomes.Single().Kind);
    }

    [Fact]
    public void A_devices_home_is_that_of_its_first_reading_and_another_is_refused()
    {
        var result = _store.Write(Reading(Now, home: "h1"), Reading(Now + 1, home: "h2"));
        Assert.Equal(RejectionReasons.HomeMismatch, result.Outcomes[1].Rejection?.Reason);
        Assert.Equal(RejectionReasons.HomeMismatch, _store.Write(Reading(Now + 2, home: "H1")).Outcomes.Single().Rejection?.Reason);
        Assert.Equal("h1", Device().Home);
        Assert.Single(_store.Readings());
    }

    [Fact]
    public void A_device_registered_over_HTTP_gets_its_home_from_its_first_message()
    {
        var posted = IncomingMessage.FromMeasurement("s1", new(Now, 1, 2), Now, ReadingSource.Http);
        Assert.Null(_store.Write(posted).States.Single().HomeId);
        Assert.Equal("h2", _store.Write(Reading(Now + 1, home: "h2")).States.Single().HomeId);
        Assert.Equal(OutcomeKind.Rejected, _store.Write(Reading(Now + 2, home: "h1")).Outcomes.Single().Kind);
        Assert.Equal("h2", Device().Home);
    }

    [Fact]
    public void An_invalid_message_does_not_register_a_device()
    {
        _store.Write(Raw("{}"), Reading(0));
        Assert.Empty(_store.Read(c => c.Devices.ToList()));
        Assert.Equal([RejectionReasons.MissingField, RejectionReasons.OutOfRange], Rejected().Select(r => r.Reason));
    }

    [Fact]
    public void Last_seen_never_moves_backwards()
    {
        _store.Write(Reading(Now));
        _store.Write(Reading(Now - 60_000));
        Assert.Equal(Now, Device().LastSeenAt?.ToUnixTimeMilliseconds());
        _store.Write(Reading(Now + 5, receivedAt: Now + 10), Reading(Now + 1, receivedAt: Now + 11));
        Assert.Equal(Now + 5, Device().LastSeenAt?.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void Last_seen_is_never_after_the_receipt()
    {
        _store.Write(Reading(Now + 3_600_000));
        Assert.Equal(Now, Device().LastSeenAt?.ToUnixTimeMilliseconds());
        _store.Write(Reading(Now + 10, receivedAt: Now + 20));
        Assert.Equal(Now + 10, Device().LastSeenAt?.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void A_reading_older_than_the_devices_newest_is_stored_and_late()
    {
        var result = _store.Write(Reading(Now), Reading(Now - 1), Reading(Now + 1), Reading(Now - 1, device: "s2"));
        Assert.Equal([false, true, false, false], result.Outcomes.Select(o => o.Late));
        Assert.True(_store.Write(Reading(Now)).Outcomes.Single() is { Kind: OutcomeKind.Duplicate, Late: false });
        Assert.True(_store.Write(Reading(Now - 5)).Outcomes.Single().Late);
        Assert.Equal(4, _store.Readings().Count);
    }

    [Fact]
    public void A_batch_tells_each_devices_newest_reading_once()
    {
        var result = _store.Write(Reading(Now, 1), Reading(Now + 2, 2), Reading(Now + 1, 3), Reading(Now, 4, device: "s2"), Raw("{}", "s3"));
        Assert.Equal(
            [new DeviceState("h1", "s1", null, Now + 2, new(2, 50)), new DeviceState("h1", "s2", null, Now, new(4, 50))],
            result.States);
    }

    [Fact]
    public async Task A_late_reading_does_not_move_the_state_backwards()
    {
        _store.Write(Reading(Now, 1));
        Assert.Equal([new DeviceState("h1", "s1", null, Now, new(1, 50))], _store.Write(Reading(Now - 1, 2)).States);
        using var again = _store.NewWriter();
        Assert.Equal([new DeviceState("h1", "s1", null, Now, new(1, 50))], (await again.WriteAsync([Reading(Now - 2, 3)], Cancel)).States);
    }

    [Fact]
    public void A_posted_reading_that_is_refused_is_answered_and_not_kept()
    {
        var result = _store.Write(
            IncomingMessage.FromMeasurement("s1", new(Now, 1, 2), Now, ReadingSource.Http),
            IncomingMessage.FromMeasurement("s1", new(Now, 2, 2), Now, ReadingSource.Http),
            IncomingMessage.FromMeasurement("s 1", new(Now, 2, 2), Now, ReadingSource.Http),
            IncomingMessage.FromMeasurement("s1", new(Now + 1, double.NaN, null), Now, ReadingSource.Http));
        Assert.Equal(
            [OutcomeKind.Stored, OutcomeKind.Rejected, OutcomeKind.Rejected, OutcomeKind.Rejected], result.Outcomes.Select(o => o.Kind));
        Assert.Contains("temperature", result.Outcomes[3].Rejection!.Detail, StringComparison.Ordinal);
        Assert.Empty(Rejected());
    }

    private Device Device() => _store.Read(c => c.Devices.Single());

    private List<RejectedMessage> Rejected() => _store.Read(c => c.RejectedMessages.OrderBy(r => r.Id).ToList());
}
