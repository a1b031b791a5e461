using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Devices;
using TechTemp.Data.Registries;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Storage;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Devices;

public sealed class DeviceRegistryTests : IDisposable
{
    private static readonly DateTimeOffset s_start = TestStore.Start;
    private readonly TestStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Devices_are_listed_by_uid_with_the_room_where_they_stand()
    {
        await Provision("s2");
        _store.Write(Reading(_store.Now, device: "s1"));
        var devices = await _store.With((DeviceRegistry d) => d.ListAsync(DeviceFilter.All, null, 100, Cancel));
        Assert.Equal([("s1", null, false), ("s2", "salon", true)], devices.Select(d => (d.Uid, d.Room?.Uid, d.Provisioned)));
        Assert.Equal(s_start, devices[0].LastSeenAt);
        Assert.Null(devices[1].LastSeenAt);
    }

    [Fact]
    public async Task A_label_is_written_cleared_or_left()
    {
        await Provision("s1", label: "First");
        await Update(new(SetsLabel: true, "Second", null, null, null));
        Assert.Equal("Second", (await Find())?.Label);
        await Update(new(SetsLabel: false, null, null, null, null));
        Assert.Equal("Second", (await Find())?.Label);
        await Update(new(SetsLabel: true, null, null, null, null));
        Assert.Null((await Find())?.Label);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("Salon", null)]
    [InlineData(null, "salon")]
    public async Task An_update_without_a_change_of_room_keeps_the_placement(string? name, string? uid)
    {
        await Provision("s1");
        var before = PlacementIds();
        _store.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(DeviceOutcome.Done, await Update(new(true, "New label", name, uid, null)));
        Assert.Equal([("salon", s_start, null)], Placements());
        Assert.Equal(before, PlacementIds());
    }

    [Fact]
    public async Task A_move_closes_the_placement_and_opens_one_in_the_new_room()
    {
        await Provision("s1");
        _store.Time.Advance(TimeSpan.FromHours(1));
        await Update(new(false, null, "Office", null, null));
        Assert.Equal([("salon", s_start, s_start.AddHours(1)), ("office", s_start.AddHours(1), null)], Placements());
        Assert.Equal("office", (await Find())?.Room?.Uid);
    }

    [Fact]
    public async Task A_move_in_the_past_takes_the_readings_since_then_with_it()
    {
        await Provision("s1");
        _store.Time.Advance(TimeSpan.FromHours(2));
        await Update(new(false, null, "Office", null, s_start.AddHours(1)));
        Assert.Equal([("salon", s_start, s_start.AddHours(1)), ("office", s_start.AddHours(1), null)], Placements());
        await Update(new(false, null, "Attic", null, s_start.AddMinutes(30)));
        Assert.Equal([("salon", s_start, s_start.AddMinutes(30)), ("attic", s_start.AddMinutes(30), null)], Placements());
    }

    [Fact]
    public async Task A_move_before_the_first_placement_replaces_it()
    {
        await Provision("s1");
        await Update(new(false, null, "Office", null, s_start.AddHours(-1)));
        Assert.Equal([("office", s_start.AddHours(-1), null)], Placements());
    }

    [Fact]
    public async Task A_move_at_the_very_moment_of_another_corrects_it()
    {
        await Provision("s1");
        await Update(new(false, null, "Office", null, s_start.AddHours(1)));
        Assert.Equal(DeviceOutcome.Done, await Update(new(false, null, "Attic", null, s_start.AddHours(1))));
        Assert.Equal([("salon", s_start, s_start.AddHours(1)), ("attic", s_start.AddHours(1), null)], Placements());
        Assert.Equal(DeviceOutcome.Done, await Update(new(false, null, "Salon", null, s_start.AddHours(1))));
        Assert.Equal([("salon", s_start, null)], Placements());
    }

    [Fact]
    public async Task A_move_within_the_same_millisecond_corrects_it_too()
    {
        await Provision("s1");
        _store.Time.Advance(TimeSpan.FromTicks(4_000));
        Assert.Equal(DeviceOutcome.Done, await Update(new(false, null, "Office", null, null)));
        Assert.Equal([("office", s_start, null)], Placements());
    }

    [Fact]
    public async Task A_move_back_that_takes_the_whole_stay_elsewhere_with_it_is_one_placement_again()
    {
        await Provision("s1");
        await Update(new(false, null, "Office", null, s_start.AddHours(1)));
        await Update(new(false, null, "Salon", null, s_start.AddMinutes(30)));
        Assert.Equal([("salon", s_start, null)], Placements());
    }

    [Fact]
    public async Task An_update_that_fails_creates_no_room()
    {
        Assert.Equal(DeviceOutcome.NotFound, await Update(new(true, "x", "Office", null, null)));
        await Provision("s1", label: "First");
        Assert.Equal(DeviceOutcome.UnknownRoom, await Update(new(true, "Second", null, "nowhere", null)));
        Assert.Equal("First", (await Find())?.Label);
        Assert.Equal(["salon"], _store.Read(c => c.Rooms.Select(r => r.Uid).ToList()));
    }

    [Fact]
    public async Task A_device_that_registered_itself_can_be_moved_to_its_first_room()
    {
        _store.Write(Reading(_store.Now));
        Assert.Equal(DeviceOutcome.Done, await Update(new(false, null, "Office", null, s_start.AddDays(-1))));
        Assert.Equal([("office", s_start.AddDays(-1), null)], Placements());
    }

    [Fact]
    public async Task A_device_without_readings_is_deleted_with_its_placements()
    {
        await Provision("s1");
        Assert.Equal(DeviceOutcome.Done, await Delete(withReadings: false));
        Assert.Null(await Find());
        Assert.Empty(Placements());
        Assert.Equal(["salon"], _store.Read(c => c.Rooms.Select(r => r.Uid).ToList()));
    }

    [Fact]
    public async Task A_device_with_readings_is_deleted_only_when_they_may_go_too()
    {
        await Provision("s1");
        _store.Write(Reading(_store.Now), Reading(_store.Now, device: "s2"));
        Assert.Equal(DeviceOutcome.HasReadings, await Delete(withReadings: false));
        Assert.Equal((2, 1), _store.Read(c => (c.Readings.Count(), c.Placements.Count())));
        Assert.Equal(DeviceOutcome.Done, await Delete(withReadings: true));
        Assert.Equal((1, 0), _store.Read(c => (c.Readings.Count(), c.Placements.Count())));
        Assert.Equal(["s2"], _store.Read(c => c.Devices.Select(d => d.Uid).ToList()));
    }

    [Fact]
    public async Task A_device_that_is_not_there_cannot_be_deleted()
    {
        Assert.Equal(DeviceOutcome.NotFound, await Delete(withReadings: true));
        Assert.Null(await _store.With((DeviceRegistry d) => d.FindIdAsync("s1", Cancel)));
    }

    [Fact]
    public async Task A_deleted_device_can_be_provisioned_again()
    {
        await Provision("s1");
        await Delete(withReadings: true);
        _store.Time.Advance(TimeSpan.FromHours(1));
        await Provision("s1");
        Assert.Equal([("salon", s_start.AddHours(1), null)], Placements());
    }

    [Fact]
    public async Task The_newest_reading_can_be_asked_for_by_device_room_and_home()
    {
        await Provision("s1");
        _store.Write(
            Reading(_store.Now, 1), Reading(_store.Now - 1, 2), Reading(_store.Now, 0, 0, device: "s0"), Reading(_store.Now, 3, device: "s9", home: "h2"));
        var queries = _store.Get<LatestQueries>();
        Assert.Equal(
            [new LatestReading("s0", null, _store.Now, new(0, 0)), new("s1", "salon", _store.Now, new(1, 50)), new("s9", null, _store.Now, new(3, 50))],
            queries.Read());
        Assert.Equal(["s1"], queries.Read(deviceUid: "s1").Select(l => l.DeviceUid));
        Assert.Equal(["s1"], queries.Read(roomUid: "salon").Select(l => l.DeviceUid));
        Assert.Equal(["s9"], queries.Read(homeId: "h2").Select(l => l.DeviceUid));
        Assert.Empty(queries.Read(deviceUid: "nobody"));
        Assert.Empty(queries.Read(roomUid: "nowhere"));
        Assert.Empty(queries.Read(deviceUid: "s9", roomUid: "salon"));
    }

    private Task<DeviceOutcome> Provision(string uid, string? label = null) =>
        _store.With((DeviceRegistry d) => d.ProvisionAsync(new(uid, "Salon", null, label, null, null), Cancel));

    private Task<DeviceOutcome> Update(DeviceChange change) => _store.With((DeviceRegistry d) => d.UpdateAsync("s1", change, Cancel));

    private Task<DeviceOutcome> Delete(bool withReadings) => _store.With((DeviceRegistry d) => d.DeleteAsync("s1", withReadings, Cancel));

    private Task<DeviceView?> Find() => _store.With((DeviceRegistry d) => d.FindAsync("s1", Cancel));

    private List<int> PlacementIds() => _store.Read(c => c.Placements.Select(p => p.Id).ToList());

    private List<(string, DateTimeOffset, DateTimeOffset?)> Placements() =>
        _store.Read(c => c.Placements.Include(p => p.Room).OrderBy(p => p.From).ToList()).ConvertAll(p => (p.Room!.Uid, p.From, p.To));
}
