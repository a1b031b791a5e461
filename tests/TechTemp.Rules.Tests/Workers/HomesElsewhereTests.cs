using Microsoft.Extensions.Time.Testing;
using TechTemp.Data.Workers;

namespace TechTemp.Rules.Tests.Workers;

/// <summary>Which messages the first worker may discard: only those that another worker's session has.</summary>
public sealed class HomesElsewhereTests
{
    private const long Connection = 7;

    private readonly FakeTimeProvider _time = new();
    private readonly HomesElsewhere _elsewhere;

    public HomesElsewhereTests() => _elsewhere = new(_time);

    [Fact]
    public void A_message_is_discarded_when_it_was_routed_after_the_owner_s_subscription_stood()
    {
        Discards();
        Assert.False(_elsewhere.Has("h1", [4]));
        Assert.True(_elsewhere.Has("h1", [5]));
        Assert.True(_elsewhere.Has("h1", [6]));
        Assert.False(_elsewhere.Has("h2", [6]));
        Assert.False(_elsewhere.Has("h1", []));
        Assert.False(_elsewhere.Has("h1", null));
        // A broker that sends one message for two subscriptions: which of them is older is unknown.
        Assert.False(_elsewhere.Has("h1", [5, 6]));
    }

    [Fact]
    public void Nothing_is_discarded_before_the_subscription_has_settled_and_a_new_identifier_stands()
    {
        Update(Home());
        Assert.Empty(_elsewhere.Waiting);
        _time.Advance(HomesElsewhere.Settling);
        Update(Home());
        Assert.Equal(["h1"], _elsewhere.Waiting);
        Assert.False(_elsewhere.Has("h1", [9]));
        _elsewhere.Subscribed(["h1"], 9);
        Assert.True(_elsewhere.Has("h1", [9]));
        Assert.Empty(_elsewhere.Waiting);
    }

    public static TheoryData<string> Doubts => ["withdrawn", "confirmed again", "another connection", "released", "missing", "retired", "another first", "another worker", "gone"];

    [Theory, MemberData(nameof(Doubts))]
    public void When_in_doubt_everything_is_stored(string doubt)
    {
        Discards();
        _elsewhere.Update(
            doubt switch
            {
                "withdrawn" => Of(Home() with { Standing = 0, Change = 2 }),
                "confirmed again" => Of(Home() with { Change = 3 }),
                "another connection" => Of(Home()) with { Connection = Connection + 1 },
                "released" => Of(Home() with { IsReleased = true }),
                "missing" => Of(Home()) with { Workers = [Worker(silent: 16)] },
                "retired" => Of(Home()) with { Workers = [Worker(isRetired: true)] },
                "another first" => Of(Home()) with { First = "w1" },
                "another worker" => Of(Home() with { Worker = "w0" }),
                _ => Of(),
            },
            "w0", Connection, _time.GetTimestamp());
        Assert.False(_elsewhere.Has("h1", [6]));
    }

    [Fact]
    public void A_division_that_cannot_be_read_is_not_trusted_for_long()
    {
        Discards();
        _time.Advance(HomesElsewhere.Trust);
        Assert.False(_elsewhere.Has("h1", [6]));
        Update(Home());
        Assert.True(_elsewhere.Has("h1", [6]));
    }

    [Fact]
    public void A_new_connection_and_a_release_begin_anew()
    {
        Discards();
        _elsewhere.Remove("h1");
        Assert.False(_elsewhere.Has("h1", [6]));
        Discards();
        _elsewhere.Clear();
        Assert.False(_elsewhere.Has("h1", [6]));
        Update(Home());
        Assert.False(_elsewhere.Has("h1", [6]));
    }

    private static AssignedHome Home() => new("h1", "w1", Connection, 1, IsReleased: false);

    private static RegisteredWorker Worker(int silent = 0, bool isRetired = false) => new("w1", default, TimeSpan.FromSeconds(silent), isRetired, null);

    private static Division Of(params IReadOnlyList<AssignedHome> homes) => new("w0", Connection, [Worker() with { Worker = "w0" }, Worker()], homes);

    private void Update(AssignedHome home) => _elsewhere.Update(Of(home), "w0", Connection, _time.GetTimestamp());

    private void Discards()
    {
        Update(Home());
        _time.Advance(HomesElsewhere.Settling);
        Update(Home());
        _elsewhere.Subscribed(_elsewhere.Waiting, 5);
    }
}
