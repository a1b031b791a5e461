using TechTemp.Data.Workers;

namespace TechTemp.Rules.Tests.Workers;

/// <summary>How the first worker divides homes.</summary>
public sealed class DivisionPlanTests
{
    private const long Connection = 7;

    private static readonly string[] s_homes = ["h1", "h2", "h3", "h4", "h5"];

    [Fact]
    public void Homes_are_divided_by_their_number_and_stay_where_they_are()
    {
        var division = Apply(Of([Worker("w0"), Worker("w1"), Worker("w2")]), DivisionPlan.Of(Of([Worker("w0"), Worker("w1"), Worker("w2")]), s_homes, takesOthers: true));
        Assert.Equal([2, 2, 1], division.Workers.Select(w => division.Homes.Count(h => h.Worker == w.Worker)));
        var again = DivisionPlan.Of(division, s_homes, takesOthers: true);
        Assert.Empty(again.Assign);
        Assert.Empty(again.Release);
    }

    [Fact]
    public void A_new_worker_gets_no_more_than_its_part()
    {
        var division = Of([Worker("w0"), Worker("w1")], [.. s_homes.Select(h => Home(h, "w0"))]);
        var plan = DivisionPlan.Of(division, s_homes, takesOthers: true);
        Assert.Equal([("h4", "w1"), ("h5", "w1")], plan.Assign);
        Assert.Equal([("h4", "w0"), ("h5", "w0")], plan.Release);
    }

    [Fact]
    public void A_missing_worker_keeps_its_homes_and_a_retired_one_does_not()
    {
        AssignedHome[] homes = [Home("h1", "w0"), Home("h2", "w1")];
        var missing = DivisionPlan.Of(Of([Worker("w0"), Worker("w1", silent: 3600)], homes), ["h1", "h2"], takesOthers: true);
        Assert.Empty(missing.Release);
        var retired = DivisionPlan.Of(Of([Worker("w0"), Worker("w1", isRetired: true)], homes), ["h1", "h2"], takesOthers: true);
        Assert.Equal([("h2", "w1")], retired.Release);
        Assert.Equal([("h2", "w0")], retired.Assign);
    }

    [Fact]
    public void A_worker_that_is_configured_for_homes_gets_these_and_no_others()
    {
        var plan = DivisionPlan.Of(Of([Worker("w0"), Worker("w1", homes: ["h3", "unknown"])]), s_homes, takesOthers: true);
        Assert.Equal(["h3", "unknown"], plan.Assign.Where(a => a.Worker == "w1").Select(a => a.Home));
        Assert.Equal(["h1", "h2", "h4", "h5"], plan.Assign.Where(a => a.Worker == "w0").Select(a => a.Home));
    }

    [Fact]
    public void Where_nobody_receives_every_home_an_owner_keeps_one_until_the_next_owner_receives_it()
    {
        RegisteredWorker[] workers = [Worker("w0"), Worker("w1", isRetired: true)];
        Assert.Empty(DivisionPlan.Of(Of(workers, [Home("h1", "w1")]), ["h1"], takesOthers: false).Release);
        Assert.Empty(DivisionPlan.Of(Of(workers, [Home("h1", "w1"), Home("h1", "w0", standing: 0)]), ["h1"], takesOthers: false).Release);
        Assert.Empty(DivisionPlan.Of(Of(workers, [Home("h1", "w1"), Home("h1", "w0", standing: Connection - 1)]), ["h1"], takesOthers: false).Release);
        Assert.Equal([("h1", "w1")], DivisionPlan.Of(Of(workers, [Home("h1", "w1"), Home("h1", "w0")]), ["h1"], takesOthers: false).Release);
    }

    [Fact]
    public void The_next_first_worker_is_the_earliest_registered_one_that_is_present()
    {
        Assert.Equal("w0", (Of([Worker("w0"), Worker("w1")]) with { First = null }).NextFirst);
        Assert.Equal("w1", (Of([Worker("w0", silent: 60), Worker("w1")]) with { First = null }).NextFirst);
        Assert.Null(Of([Worker("w0", silent: 3600), Worker("w1")]).NextFirst);
        Assert.Equal("w2", Of([Worker("w0", isRetired: true), Worker("w1", silent: 60), Worker("w2")]).NextFirst);
        Assert.Null(Of([Worker("w0", isRetired: true)]).NextFirst);
    }

    private static Division Of(IReadOnlyList<RegisteredWorker> workers, params IReadOnlyList<AssignedHome> homes) => new("w0", Connection, workers, homes);

    private static Division Apply(Division division, DivisionPlan plan) => division with { Homes = [.. division.Homes, .. plan.Assign.Select(a => Home(a.Home, a.Worker))] };

    private static RegisteredWorker Worker(string name, int silent = 0, bool isRetired = false, IReadOnlyList<string>? homes = null) =>
        new(name, DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(silent), isRetired, homes);

    private static AssignedHome Home(string home, string worker, long standing = Connection) => new(home, worker, standing, 1, IsReleased: false);
}
