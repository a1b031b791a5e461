using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Data.Rejections;
using TechTemp.Data.Replay;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Rejections;

/// <summary>Readings that are dated after this machine's clock are held, and stored when the clock has caught up.</summary>
public sealed class FutureReplayTests : IDisposable
{
    private const long Day = 86_400_000;
    private const int Years = 6;

    private readonly TestStore _store = new(builder => builder.Services.AddHostedService<FutureReplay>(), ("Retention:HeldDevices", "2"), ("Retention:RejectedRows", "2"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // What the time really is: the store's clock is years behind.
    private long Right => _store.Now + Years * 365 * Day;

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_reading_beyond_a_day_is_held_with_a_reason_of_its_own()
    {
        var outcome = _store.Write(Reading(_store.Now + Day + 1)).Outcomes.Single();
        Assert.Equal(RejectionReasons.InFuture, outcome.Rejection?.Reason);
        Assert.Equal([(RejectionReasons.InFuture, true)], Kept().Select(r => (r.Reason, r.IsHeld)));
    }

    [Fact]
    public void A_reading_that_breaks_another_rule_as_well_is_not_held()
    {
        _store.Write(Reading(Right, 86, -1), Reading(ReadingRules.MaxTs + 1));
        Assert.Equal([(RejectionReasons.OutOfRange, false), (RejectionReasons.OutOfRange, false)], Kept().Select(r => (r.Reason, r.IsHeld)));
    }

    [Fact]
    public void Junk_drops_none_of_them_and_known_devices_are_held_however_many_they_are()
    {
        string[] devices = ["s1", "s2", "s3", "s4"];
        _store.Write([.. devices.Select(device => Reading(_store.Now, device: device))]);
        _store.Write([.. devices.Select(device => Reading(Right, device: device)), .. Enumerable.Range(0, 10).Select(i => Raw($"{i}"))]);
        Assert.Equal(devices, Kept().Where(r => r.IsHeld).Select(r => r.DeviceUid));

        // Of devices that nobody knows there may be any number.
        _store.Write(Reading(Right, device: "s5"), Reading(Right, device: "s6"), Reading(Right, device: "s1", home: "h2"));
        Assert.Equal(devices, Kept().Where(r => r.IsHeld).Select(r => r.DeviceUid));
    }

    [Fact]
    public void One_that_is_sent_again_as_new_is_held_once()
    {
        _store.Write(Reading(Right, 1));
        Assert.Equal([OutcomeKind.Duplicate, OutcomeKind.Rejected], _store.Write(Reading(Right, 1), Reading(Right, 2)).Outcomes.Select(o => o.Kind));
        Assert.Equal(2, Kept().Count);
    }

    [Fact]
    public void A_device_that_counts_is_told_that_it_is_kept()
    {
        _store.Write(Counted(_store.Now, 1));
        Assert.Equal(2, _store.Write(Counted(Right, 2)).States.Single().AckedSeq);
    }

    [Fact]
    public async Task Each_is_stored_once_when_the_clock_is_set_whatever_else_is_held()
    {
        var right = Right;
        _store.Write([.. Enumerable.Range(0, 600).Select(i => Reading(right + i, i % 80)), Reading(right, device: "s2"), Reading(right + 30 * Day)]);
        await _store.Host.StartAsync(Cancel);
        Assert.Empty(_store.Read(c => c.Devices.ToList()));

        _store.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(right));
        await UntilAsync(() => _store.Readings().Count == 600 && _store.Readings("s2").Count == 1);
        Assert.Equal(Enumerable.Range(0, 600).Select(i => (right + i, (double)(i % 80))), _store.Readings().Select(r => (r.Ts, r.Temperature)));
        Assert.Equal(RejectionReasons.InFuture, Assert.Single(Kept()).Reason);
        // Not when it was received by the clock that was wrong.
        Assert.True(_store.Read(c => c.Devices.Single(d => d.Uid == "s2")).LastSeenAt >= DateTimeOffset.FromUnixTimeMilliseconds(right));
        await _store.Host.StopAsync(Cancel);
    }

    [Fact]
    public async Task Those_of_a_sensor_whose_clock_is_ahead_are_stored_one_after_the_other()
    {
        _store.Write(Reading(_store.Now), Reading(_store.Now + Day + 60_000, 1), Reading(_store.Now + Day + 120_000, 2));
        await _store.Host.StartAsync(Cancel);
        var start = _store.Now;
        await UntilAsync(() => _store.Readings().Count == 2);
        Assert.InRange(_store.Now - start, 60_000, 75_000);
        // One that comes meanwhile, and is due before those that wait.
        _store.Write(Reading(_store.Now + Day + 1_000, 3));
        await UntilAsync(() => _store.Readings().Count == 3);
        Assert.Equal(3, _store.Readings().OrderBy(r => r.Ts).Last().Temperature);
        await UntilAsync(() => Kept().Count == 0);
        await _store.Host.StopAsync(Cancel);
    }

    [Fact]
    public async Task Those_of_a_device_that_nobody_knows_stay_held_for_it()
    {
        using var store = new TestStore(builder => builder.Services.AddHostedService<FutureReplay>(), ("Ingest:UnknownDevices", "Hold"));
        var right = store.Now + 2 * Day;
        store.Write(Reading(right, 7));
        await store.Host.StartAsync(Cancel);
        store.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(right));
        await Eventually.True(
            () => store.Read(c => c.RejectedMessages.Single()) is { Reason: RejectionReasons.UnknownDevice, IsHeld: true }, () => store.Time.Advance(TimeSpan.FromSeconds(1)));
        await store.With((DeviceRegistry d) => d.ProvisionAsync(new("s1", "Salon", null, null, null, null), Cancel));
        Assert.Equal([7], store.Readings().Select(r => r.Temperature));
        await store.Host.StopAsync(Cancel);
    }

    private static IncomingMessage Counted(long ts, int seq) => Raw(Payload(ts, 20, 50)[..^1] + $", \"seq\": {seq}, \"seq_oldest\": 1}}");

    private Task UntilAsync(Func<bool> condition) => Eventually.True(condition, () => _store.Time.Advance(TimeSpan.FromSeconds(1)));

    private List<RejectedMessage> Kept() => _store.Read(c => c.RejectedMessages.AsNoTracking().OrderBy(r => r.Id).ToList());
}
