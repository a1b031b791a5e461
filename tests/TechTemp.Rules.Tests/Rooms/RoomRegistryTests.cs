using TechTemp.Data.Devices;
using TechTemp.Data.Registries;
using TechTemp.Data.Rooms;
using TechTemp.Rules.Tests.Support;

namespace TechTemp.Rules.Tests.Rooms;

public sealed class RoomRegistryTests : IDisposable
{
    private readonly TestStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_room_gets_its_uid_from_its_name()
    {
        var room = await Create("Salle à manger", floor: "1", side: "south");
        Assert.Equal(
            ("salle-a-manger", "Salle à manger", "1", "south", TestStore.Start), (room!.Uid, room.Name, room.Floor, room.Side, room.CreatedAt));
        Assert.Equivalent(room, await Rooms(r => r.FindAsync("salle-a-manger", Cancel)));
    }

    [Fact]
    public async Task A_room_may_be_given_a_uid() => Assert.Equal("R_1", (await Create("Salon", "R_1"))?.Uid);

    [Fact]
    public async Task A_uid_is_taken_once()
    {
        await Create("Salon");
        Assert.Null(await Create("salon!"));
        Assert.Null(await Create("Other", "salon"));
        Assert.Equal(["Salon"], (await Rooms(r => r.ListAsync(Cancel))).Select(r => r.Name));
    }

    [Fact]
    public async Task Rooms_whose_names_differ_in_letters_that_a_uid_cannot_have_are_not_one_room()
    {
        Assert.Equal("1", (await Create("Кухня 1"))?.Uid);
        var other = (await Create("Спальня 1"))?.Uid;
        Assert.StartsWith("1-", other, StringComparison.Ordinal);
        Assert.Null(await Create("Кухня 1"));
        Assert.Null(await Create("Спальня 1"));

        await _store.With((DeviceRegistry d) => d.ProvisionAsync(new("s1", "Спальня 1", null, null, null, null), Cancel));
        await _store.With((DeviceRegistry d) => d.ProvisionAsync(new("s2", "Прихожая 1", null, null, null, null), Cancel));
        var devices = await _store.With((DeviceRegistry d) => d.ListAsync(DeviceFilter.All, null, 100, Cancel));
        Assert.Equal([("s1", "Спальня 1"), ("s2", "Прихожая 1")], devices.Select(d => (d.Uid, d.Room!.Name)));
        Assert.Equal(other, devices[0].Room!.Uid);
    }

    [Fact]
    public async Task A_room_that_was_given_another_name_is_still_found_by_the_name_that_its_uid_is_made_of()
    {
        await Create("Кухня 1");
        await Rooms(r => r.UpdateAsync("1", room => room.Name = "Kitchen", Cancel));
        await _store.With((DeviceRegistry d) => d.ProvisionAsync(new("s1", "Кухня 1", null, null, null, null), Cancel));
        Assert.Equal("Kitchen", Assert.Single(await _store.With((DeviceRegistry d) => d.ListAsync(DeviceFilter.All, null, 100, Cancel))).Room!.Name);
    }

    [Fact]
    public async Task Rooms_are_listed_by_name()
    {
        await Create("Office", "a");
        await Create("Attic", "z");
        await Create("Attic", "b");
        Assert.Equal(["b", "z", "a"], (await Rooms(r => r.ListAsync(Cancel))).Select(r => r.Uid));
    }

    [Fact]
    public async Task A_room_is_changed_and_keeps_its_uid()
    {
        await Create("Salon", floor: "1");
        var changed = await Rooms(r => r.UpdateAsync("salon", room => (room.Name, room.Floor, room.Side) = ("Living room", null, "north"), Cancel));
        Assert.Equal(("salon", "Living room", null, "north"), (changed!.Uid, changed.Name, changed.Floor, changed.Side));
        Assert.Equivalent(changed, await Rooms(r => r.FindAsync("salon", Cancel)));
        Assert.Null(await Rooms(r => r.UpdateAsync("nowhere", _ => { }, Cancel)));
        Assert.Null(await Rooms(r => r.FindAsync("nowhere", Cancel)));
    }

    [Fact]
    public async Task A_room_goes_unless_a_device_stands_or_stood_in_it()
    {
        await Create("Attic");
        await _store.With((DeviceRegistry d) => d.ProvisionAsync(new("s1", "Salon", null, null, null, null), Cancel));
        await _store.With((DeviceRegistry d) => d.UpdateAsync("s1", new(false, null, "Office", null, TestStore.Start.AddHours(1)), Cancel));
        Assert.Equal(RoomDeletion.Deleted, await Rooms(r => r.DeleteAsync("attic", Cancel)));
        Assert.Equal(RoomDeletion.NotFound, await Rooms(r => r.DeleteAsync("attic", Cancel)));
        Assert.Equal(RoomDeletion.InUse, await Rooms(r => r.DeleteAsync("salon", Cancel)));
        Assert.Equal(RoomDeletion.InUse, await Rooms(r => r.DeleteAsync("office", Cancel)));
        Assert.Equal(["Office", "Salon"], (await Rooms(r => r.ListAsync(Cancel))).Select(r => r.Name));
    }

    private Task<Room?> Create(string name, string? uid = null, string? floor = null, string? side = null) =>
        Rooms(r => r.CreateAsync(name, uid, floor, side, null, Cancel));

    private Task<T> Rooms<T>(Func<RoomRegistry, Task<T>> use) => _store.With(use);
}
