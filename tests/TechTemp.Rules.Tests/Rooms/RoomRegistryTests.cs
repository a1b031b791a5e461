using TechTemp.Data.Devices;
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
        Rooms(r => r.CreateAsync(name, uid, floor, side, Cancel));

    private Task<T> Rooms<T>(Func<RoomRegistry, Task<T>> use) => _store.With(use);
}
