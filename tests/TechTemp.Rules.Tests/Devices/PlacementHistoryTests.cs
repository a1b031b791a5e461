using CsCheck;
using TechTemp.Data.Devices;
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

    private static DateTimeOffset Moment(int hours) => TestStore.Start.AddHours(hours - 10);

    private Task<IReadOnlyList<PlacementView>?> History(string uid) => _store.With((DeviceRegistry d) => d.PlacementsAsync(uid, Cancel));
}
