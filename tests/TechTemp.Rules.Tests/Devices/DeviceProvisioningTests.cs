using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Data.Replay;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Devices;

public sealed class DeviceProvisioningTests : IDisposable
{
    private readonly TestStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_new_device_gets_its_place_from_now_on()
    {
        Assert.Equal(DeviceOutcome.Done, await Provision(new("s1", "Salle à manger", null, "By the window", "AHT20", "h1")));
        Assert.Equal(
            new DeviceView("s1", new("salle-a-manger", "Salle à manger"), "By the window", "AHT20", "h1", true, TestStore.Start, null),
            await Find());
        Assert.Equal([("salle-a-manger", TestStore.Start, null)], Placements());
    }

    [Fact]
    public async Task A_device_that_registered_itself_is_placed_since_its_first_reading()
    {
        _store.Write(Reading(_store.Now - 60_000), Reading(_store.Now - 3_600_000), Reading(_store.Now));
        _store.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(DeviceOutcome.Done, await Provision(new("s1", "Salon", null, "Sofa", null, null)));
        var device = await Find();
        Assert.Equal((true, "Sofa", "h1", TestStore.Start), (device!.Provisioned, device.Label, device.Home, device.CreatedAt));
        Assert.Equal([("salon", TestStore.Start.AddHours(-1), null)], Placements());
        Assert.Equal("salon", _store.Get<LatestQueries>().Read().Single().RoomUid);
    }

    [Fact]
    public async Task A_device_whose_only_reading_is_of_the_future_is_placed_from_now_on()
    {
        _store.Write(Reading(_store.Now + 3_600_000));
        await Provision(new("s1", "Salon", null, null, null, null));
        Assert.Equal([("salon", TestStore.Start, null)], Placements());
    }

    [Fact]
    public async Task A_device_is_provisioned_once_and_the_second_request_creates_no_room()
    {
        await Provision(new("s1", "Salon", null, "First", null, null));
        Assert.Equal(DeviceOutcome.AlreadyProvisioned, await Provision(new("s1", "Office", null, "Second", null, null)));
        Assert.Equal("First", (await Find())?.Label);
        Assert.Equal(["salon"], Rooms());
    }

    [Fact]
    public async Task A_room_is_named_by_its_uid()
    {
        await Provision(new("s1", "Salon", null, null, null, null));
        Assert.Equal(DeviceOutcome.Done, await Provision(new("s2", null, "salon", null, null, null)));
        Assert.Equal(new("salon", "Salon"), (await Find("s2"))?.Room);
        Assert.Equal(["salon"], Rooms());
    }

    [Fact]
    public async Task A_room_is_created_with_the_uid_that_the_request_gives()
    {
        await Provision(new("s1", "Büro", "office-2", null, null, null));
        Assert.Equal(new("office-2", "Büro"), (await Find())?.Room);
    }

    [Fact]
    public async Task A_room_of_the_same_name_or_slug_is_used_again()
    {
        await Provision(new("s1", "Büro", "office-2", null, null, null));
        await Provision(new("s2", "Büro", null, null, null, null));
        await Provision(new("s3", "Salon", null, null, null, null));
        await Provision(new("s4", "  salon! ", null, null, null, null));
        Assert.Equal(new("office-2", "Büro"), (await Find("s2"))?.Room);
        Assert.Equal(new("salon", "Salon"), (await Find("s4"))?.Room);
        Assert.Equal(["office-2", "salon"], Rooms());
    }

    [Fact]
    public async Task An_unknown_room_uid_without_a_name_changes_nothing()
    {
        Assert.Equal(DeviceOutcome.UnknownRoom, await Provision(new("s1", null, "nowhere", null, null, null)));
        Assert.Null(await Find());
        Assert.Empty(Rooms());
    }

    [Fact]
    public async Task The_home_it_is_provisioned_with_comes_before_that_of_its_first_reading()
    {
        _store.Write(Reading(_store.Now, home: "h1"));
        await Provision(new("s1", "Salon", null, null, null, "h2"));
        var result = _store.Write(Reading(_store.Now + 1, home: "h1"), Reading(_store.Now + 2, home: "h2"));
        Assert.Equal([OutcomeKind.Rejected, OutcomeKind.Stored], result.Outcomes.Select(o => o.Kind));
    }

    [Fact]
    public async Task What_was_held_for_a_device_is_stored_in_order_when_it_is_provisioned()
    {
        using var store = new TestStore(("Ingest:UnknownDevices", "Hold"));
        var now = store.Now;
        store.Write(
            Reading(now - 10, 1), Reading(now - 30, 2), Reading(now - 10, 3), Reading(now - 10, 1),
            Reading(now, 4, device: "s2"), Raw("{}"));
        store.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(DeviceOutcome.Done, await store.With((DeviceRegistry d) => d.ProvisionAsync(new("s1", "Salon", null, null, null, null), Cancel)));

        Assert.Equal([(now - 30, 2d, 50d), (now - 10, 1d, 50d)], store.Readings());
        var device = store.Read(c => c.Devices.Include(d => d.Placements).Single());
        Assert.Equal(("h1", now - 10), (device.Home, device.LastSeenAt?.ToUnixTimeMilliseconds()));
        Assert.Equal(now - 30, device.Placements.Single().From.ToUnixTimeMilliseconds());
        Assert.Equal(
            [("s1", RejectionReasons.Conflict), ("s2", RejectionReasons.UnknownDevice), ("s1", RejectionReasons.MissingField)],
            store.Read(c => c.RejectedMessages.OrderBy(r => r.Id).ToList()).Select(r => (r.DeviceUid!, r.Reason)));
        Assert.Equal([OutcomeKind.Stored], store.Write(Reading(now)).Outcomes.Select(o => o.Kind));
    }

    [Fact]
    public async Task Of_many_held_readings_the_first_are_stored_at_once_and_the_others_in_steps()
    {
        using var store = new TestStore(("Ingest:UnknownDevices", "Hold"));
        var now = store.Now;
        store.Write([.. Enumerable.Range(0, 999).Select(i => Reading(now - i, i % 80)), Reading(now, 81)]);
        Assert.Equal(DeviceOutcome.Done, await store.With((DeviceRegistry d) => d.ProvisionAsync(new("s1", "Salon", null, null, null, null), Cancel)));
        Assert.Equal(250, store.Readings().Count);
        // It counts from the oldest, whenever that is stored.
        Assert.Equal(now - 998, store.Read(c => c.Devices.Include(d => d.Placements).Single()).Placements.Single().From.ToUnixTimeMilliseconds());

        await store.Host.StartAsync(Cancel);
        await Eventually.True(() => store.Readings().Count == 999, () => store.Time.Advance(TimeSpan.FromMilliseconds(200)));
        await Eventually.True(() => store.Read(c => c.RejectedMessages.Single()).Reason == RejectionReasons.Conflict, () => store.Time.Advance(TimeSpan.FromMilliseconds(200)));
        Assert.Equal(0, store.Readings().Single(r => r.Ts == now).Temperature);
        await store.Host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_replay_that_was_interrupted_goes_on_with_the_next_start()
    {
        using var store = new TestStore(("Ingest:UnknownDevices", "Hold"));
        store.Write([.. Enumerable.Range(0, 600).Select(i => Reading(store.Now - i)), Reading(store.Now, device: "s2")]);
        await store.With((DeviceRegistry d) => d.ProvisionAsync(new("s1", "Salon", null, null, null, null), Cancel));
        Assert.Equal(250, store.Readings().Count);

        // Nothing but the store knows of it: this host's queue was never read.
        using var next = new TestStore(("Store:Path", store.Connections.Path));
        await next.Host.StartAsync(Cancel);
        await Eventually.True(() => store.Readings().Count == 600, () => next.Time.Advance(TimeSpan.FromMilliseconds(200)));
        await next.Host.StopAsync(Cancel);
        Assert.Equal("s2", store.Read(c => c.RejectedMessages.Single()).DeviceUid);
    }

    [Fact]
    public async Task A_held_reading_that_can_never_be_stored_does_not_stop_the_others()
    {
        using var store = new TestStore(("Ingest:UnknownDevices", "Hold"));
        Readings.ReadingWriterFailureTests.FailFor(store, temperature: 66);
        store.Write([.. Enumerable.Range(0, 100).Select(i => Reading(store.Now - i, i == 40 ? 66 : 20))]);
        await store.With((DeviceRegistry d) => d.ProvisionAsync(new("s1", "Salon", null, null, null, null), Cancel));

        for (long? last = 0; last is { } after;)
        {
            last = (await store.With((RejectedMessages rejected) => rejected.ReplayHeldAsync("s1", after, Cancel))).Last;
        }

        Assert.Equal(99, store.Readings().Count);
        Assert.Equal(RejectionReasons.NotStorable, store.Read(c => c.RejectedMessages.Single()).Reason);
    }

    [Fact]
    public async Task What_was_held_from_another_home_stays_rejected()
    {
        using var store = new TestStore(("Ingest:UnknownDevices", "Hold"));
        store.Write(Reading(store.Now, home: "h1"), Reading(store.Now + 1, home: "h2"));
        await store.With((DeviceRegistry d) => d.ProvisionAsync(new("s1", "Salon", null, null, null, "h2"), Cancel));
        Assert.Equal([(store.Now + 1, 21d, 50d)], store.Readings());
        Assert.Equal(RejectionReasons.HomeMismatch, store.Read(c => c.RejectedMessages.Single()).Reason);
    }

    [Fact]
    public async Task A_held_reading_shows_its_device_seen_no_later_than_it_was_received()
    {
        using var store = new TestStore(("Ingest:UnknownDevices", "Hold"));
        store.Write(Reading(store.Now + 3_600_000));
        store.Time.Advance(TimeSpan.FromDays(1));
        await store.With((DeviceRegistry d) => d.ProvisionAsync(new("s1", "Salon", null, null, null, null), Cancel));
        Assert.Equal(TestStore.Start, store.Read(c => c.Devices.Single()).LastSeenAt);
    }

    [Fact]
    public async Task Of_two_requests_at_once_for_one_device_one_provisions_it()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => Provision(new("s1", $"Room {i}", null, null, null, null)))));
        Assert.Equal(1, outcomes.Count(o => o == DeviceOutcome.Done));
        Assert.Equal(3, outcomes.Count(o => o == DeviceOutcome.AlreadyProvisioned));
        Assert.Single(Rooms());
    }

    private Task<DeviceOutcome> Provision(Provisioning provisioning) =>
        _store.With((DeviceRegistry devices) => devices.ProvisionAsync(provisioning, Cancel));

    private Task<DeviceView?> Find(string uid = "s1") => _store.With((DeviceRegistry devices) => devices.FindAsync(uid, Cancel));

    private List<string> Rooms() => _store.Read(c => c.Rooms.OrderBy(r => r.Uid).Select(r => r.Uid).ToList());

    private List<(string, DateTimeOffset, DateTimeOffset?)> Placements() =>
        _store.Read(c => c.Placements.Include(p => p.Room).OrderBy(p => p.From).ToList()).ConvertAll(p => (p.Room!.Uid, p.From, p.To));
}
