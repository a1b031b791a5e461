using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Rules.Tests.Support;

namespace TechTemp.Rules.Tests.Readings;

public sealed class QueryPlanTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_newest_reading_is_a_seek_per_device(bool analyzed)
    {
        var plan = Plan(ReadingQueries.LatestSql, analyzed, ("$device", null), ("$room", null), ("$home", null), ("$calibrated", 1));
        Assert.Contains("SEARCH x USING PRIMARY KEY (device_id=? AND ts=?)", plan);
        Assert.Contains("SEARCH readings USING PRIMARY KEY (device_id=?)", plan);
        Assert.Contains("SEARCH c USING PRIMARY KEY (device_id=? AND from_ts=?) LEFT-JOIN", plan);
        Assert.Contains("SEARCH calibrations USING PRIMARY KEY (device_id=? AND from_ts<?)", plan);
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal) && !step.StartsWith("SCAN d ", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_range_of_readings_is_one_seek_in_the_order_of_the_key(bool analyzed)
    {
        var plan = Plan(ReadingQueries.RangeSql, analyzed, ("$device_id", 1), ("$from", 0), ("$to", long.MaxValue), ("$limit", 10));
        Assert.Equal(["SEARCH readings USING PRIMARY KEY (device_id=? AND ts>? AND ts<?)"], plan);
    }

    [Fact]
    public void The_calibrations_of_a_device_are_one_seek_in_the_order_of_the_key() =>
        Assert.Equal(["SEARCH calibrations USING PRIMARY KEY (device_id=?)"], Plan(Calibrations.Sql, analyzed: false, ("$device_id", 1)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gaps_are_found_along_the_key(bool analyzed)
    {
        Assert.Equal(
            ["SEARCH readings USING PRIMARY KEY (device_id=? AND ts<?)"],
            Plan(ReadingGaps.BackwardSql, analyzed, ("$device_id", 1), ("$to", long.MaxValue), ("$limit", -1)));
        Assert.Equal(
            ["SEARCH readings USING PRIMARY KEY (device_id=? AND ts>?)"],
            Plan(ReadingGaps.NextSql, analyzed, ("$device_id", 1), ("$ts", 0)));
    }

    [Fact]
    public void A_range_is_read_newest_first_with_both_ends()
    {
        var now = _store.Now;
        _store.Write([.. Enumerable.Range(0, 10).Select(i => Messages.Reading(now + i, i)), Messages.Reading(now + 3, 80, device: "s2")]);
        var id = _store.Read(c => c.Devices.Single(d => d.Uid == "s1").Id);
        var queries = _store.Get<ReadingQueries>();
        Assert.Equal([now + 5, now + 4, now + 3], queries.Range(id, now + 3, now + 5).Select(r => r.Ts));
        Assert.Equal([now + 9, now + 8], queries.Range(id, 0, long.MaxValue, limit: 2).Select(r => r.Ts));
        Assert.Equal(10, queries.Range(id, 0, long.MaxValue).Count());
        Assert.Empty(queries.Range(id, now + 5, now + 3));
        Assert.Empty(queries.Range(-1, 0, long.MaxValue));
    }

    /// <summary>The plan's steps; with statistics of many readings of few devices where asked for.</summary>
    private List<string> Plan(string sql, bool analyzed, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (analyzed)
        {
            _store.Write([.. Enumerable.Range(0, 600).Select(i => Messages.Reading(_store.Now + i, device: $"s{i % 3}"))]);
            _store.Execute("ANALYZE;");
        }

        using var connection = _store.Connections.Open();
        using var command = connection.Prepare("EXPLAIN QUERY PLAN " + sql);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        using var reader = command.ExecuteReader();
        var steps = new List<string>();
        while (reader.Read())
        {
            steps.Add(reader.GetString(3));
        }

        return steps;
    }
}
