using CsCheck;
using TechTemp.Data.Devices;
using TechTemp.Data.Registries;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;
using TechTemp.Rules.Tests.Support;

namespace TechTemp.Rules.Tests.Devices;

/// <summary>The history of rooms as it is stored: what <see cref="PlacingTests"/> shows of lists, shown of the store.</summary>
public sealed class PlacementHistoryTests : IDisposable
{
    private static readonly Gen<(int Room, int At)[]> s_moves = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 9]).Array[1, 8];
    private readonly TestStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_device_that_never_had_a_room_has_an_empty_history()
    {
        _store.Write(Messages.Reading(_store.Now));
        Assert.Empty((await History("s1"))!);
        Assert.Null(await History("nobody"));
    }

    [Fact]
    public async Task Whatever_the_moves_each_moment_has_the_room_of_the_last_move_that_reaches_it()
    {
        var run = 0;
        await s_moves.SampleAsync(
            async moves =>
            {
                var device = $"m{++run}";
                _store.Write(Messages.Reading(_store.Now, device: device));
                var expected = new string?[10];
                foreach (var (room, at) in moves)
                {
                    var moved = await _store.With((DeviceRegistry d) => d.UpdateAsync(device, new(false, null, $"Room {room}", null, Moment(at)), Cancel));
                    Assert.Equal(DeviceOutcome.Done, moved);
                    Array.Fill(expected, $"room-{room}", at, expected.Length - at);
                    var history = (await History(device))!;
                    Assert.Equal(history.OrderByDescending(p => p.From), history);
                    Assert.Null(history[0].To);
                    Assert.All(history.Zip(history.Skip(1)), pair => Assert.Equal(pair.First.From, pair.Second.To));
                    Assert.All(history.Zip(history.Skip(1)), pair => Assert.NotEqual(pair.First.Room, pair.Second.Room));
                    Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(i => history.SingleOrDefault(p => p.From <= Moment(i) && !(p.To <= Moment(i)))?.Room.Uid));
                }
            },
            iter: 40,
            threads: 1);
    }

    [Fact]
    public void A_device_has_one_open_placement_at_most()
    {
        _store.Write(Messages.Reading(_store.Now));
        _store.Execute("INSERT INTO rooms (uid, name, created_at) VALUES ('a', 'A', 0); INSERT INTO placements (device_id, room_id, from_ts) SELECT d.id, r.id, 1 FROM devices d, rooms r;");
        Assert.ThrowsAny<StoreException>(() => _store.Execute("INSERT INTO placements (device_id, room_id, from_ts) SELECT d.id, r.id, 2 FROM devices d, rooms r;"));
        _store.Execute("INSERT INTO placements (device_id, room_id, from_ts, to_ts) SELECT d.id, r.id, -2, -1 FROM devices d, rooms r;");
    }

    [Fact]
    public void Of_several_open_placements_in_an_older_store_the_newest_stays_open()
    {
        _store.ReplaceByVersion("20261126070000_MeansOverTime", """
            INSERT INTO devices (id, uid, provisioned, created_at) VALUES (1, 's1', 1, 0), (2, 's2', 1, 0);
            INSERT INTO rooms (id, uid, name, created_at) VALUES (1, 'a', 'A', 0), (2, 'b', 'B', 0);
            INSERT INTO placements (device_id, room_id, from_ts, to_ts) VALUES (1, 1, 10, NULL), (1, 2, 20, NULL), (1, 1, 30, NULL), (2, 1, 10, 20), (2, 2, 20, NULL);
            """);
        _store.Get<StoreSchema>().Migrate();
        Assert.Equal(
            [(1, 10L, 20L), (1, 20, 30), (1, 30, 0), (2, 10, 20), (2, 20, 0)],
            _store.Rows("SELECT device_id, from_ts, coalesce(to_ts, 0) FROM placements ORDER BY device_id, from_ts;", r => (r.GetInt32(0), r.GetInt64(1), r.GetInt64(2))));
    }

    private static DateTimeOffset Moment(int hours) => TestStore.Start.AddHours(hours - 10);

    private Task<IReadOnlyList<PlacementView>?> History(string uid) => _store.With((DeviceRegistry d) => d.PlacementsAsync(uid, Cancel));
}
