using CsCheck;
using TechTemp.Data.Devices;
using TechTemp.Data.Rooms;

namespace TechTemp.Rules.Tests.Devices;

public sealed class PlacingTests
{
    private static readonly Room[] s_rooms = [.. Enumerable.Range(0, 3).Select(i => new Room { Id = i, Uid = $"r{i}", Name = $"Room {i}" })];

    // Few moments, so that many moves meet a boundary exactly.
    private static readonly Gen<(int Room, int At)[]> s_moves = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 12]).Array[0, 12];

    [Fact]
    public void Placements_never_overlap_and_only_the_newest_is_open() =>
        s_moves.Sample(
            moves =>
            {
                var history = new List<Placement>();
                foreach (var (room, at) in moves)
                {
                    Placing.Place(history, s_rooms[room], Moment(at));
                    var ordered = history.OrderBy(p => p.From).ToList();
                    Assert.All(ordered.Zip(ordered.Skip(1)), pair => Assert.True(pair.First.To <= pair.Second.From && pair.First.From < pair.First.To));
                    Assert.Null(ordered[^1].To);
                }
            },
            iter: 20_000);

    [Fact]
    public void From_the_moment_of_a_move_on_the_room_is_the_new_one_and_before_it_nothing_changes() =>
        Gen.Select(s_moves, Gen.Int[0, 2], Gen.Int[0, 12]).Sample(
            (moves, room, at) =>
            {
                var history = new List<Placement>();
                foreach (var (earlier, when) in moves)
                {
                    Placing.Place(history, s_rooms[earlier], Moment(when));
                }

                var before = Rooms(history);
                Placing.Place(history, s_rooms[room], Moment(at));
                var after = Rooms(history);
                for (var i = 0; i < before.Length; i++)
                {
                    Assert.Equal(Moment(i / 2.0) >= Moment(at) ? s_rooms[room] : before[i], after[i]);
                }
            },
            iter: 20_000);

    [Fact]
    public void Two_placements_that_follow_each_other_are_in_different_rooms() =>
        s_moves.Sample(
            moves =>
            {
                var history = new List<Placement>();
                foreach (var (room, at) in moves)
                {
                    Placing.Place(history, s_rooms[room], Moment(at));
                }

                var ordered = history.OrderBy(p => p.From).ToList();
                Assert.All(ordered.Zip(ordered.Skip(1)), pair => Assert.True(pair.First.Room != pair.Second.Room || pair.First.To < pair.Second.From));
            },
            iter: 20_000);

    [Fact]
    public void What_is_no_longer_true_is_given_back_for_removal()
    {
        var history = new List<Placement>();
        Assert.Empty(Placing.Place(history, s_rooms[0], Moment(0)));
        Assert.Empty(Placing.Place(history, s_rooms[1], Moment(10)));
        var moved = history[1];
        Assert.Equal([moved], Placing.Place(history, s_rooms[2], Moment(5)));
        Assert.Equal([s_rooms[0], s_rooms[2]], history.Select(p => p.Room));
    }

    private static DateTimeOffset Moment(double minutes) => DateTimeOffset.UnixEpoch.AddMinutes(minutes);

    private static Room?[] Rooms(List<Placement> history) =>
        [.. Enumerable.Range(0, 30).Select(i => history.SingleOrDefault(p => p.From <= Moment(i / 2.0) && !(p.To <= Moment(i / 2.0)))?.Room)];
}
