using TechTemp.Data.Clocks;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Operation;
using TechTemp.Data.Replay;
using TechTemp.Data.Retention;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Maintenance;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Sqlite.Writing;
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
        var plan = Plan(LatestQueries.Sql, analyzed, ("?1", null), ("?2", null), ("?3", null), ("?4", 1), ("?5", ""), ("?6", -1), ("?7", long.MaxValue), ("?8", 0));
        Assert.Contains("SEARCH x USING PRIMARY KEY (device_id=? AND ts=?)", plan);
        Assert.Contains("SEARCH readings USING PRIMARY KEY (device_id=? AND ts<?)", plan);
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
        foreach (var sql in new[] { ReadingTable.BackwardSql, ReadingTable.ForwardSql })
        {
            Assert.Equal(["SEARCH readings USING PRIMARY KEY (device_id=? AND ts>? AND ts<?)"], Plan(sql, analyzed, ("?1", 1), ("?2", 0), ("?3", long.MaxValue)));
        }

        foreach (var sql in new[] { DayStatements.NextRowSql, DayStatements.PreviousRowSql })
        {
            Assert.Equal(["SEARCH readings USING PRIMARY KEY (device_id=? AND ts>? AND ts<?)"], Plan(sql, analyzed, ("?1", 1), ("?2", 0), ("?3", long.MaxValue), ("?4", 4_000)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_range_of_pages_is_one_seek_in_the_order_of_the_key(bool analyzed)
    {
        foreach (var sql in new[] { PageTable.RangeSql, PageTable.BackwardSql, PageTable.HeadsSql, PageTable.NewestSql })
        {
            Assert.Equal(["SEARCH pages USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"], Plan(sql, analyzed, ("?1", 1), ("?2", 2)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void How_far_sealing_is_takes_three_seeks_per_device(bool analyzed)
    {
        var plan = Plan(SealingProgressQueries.DevicesSql, analyzed, ("@now", 1));
        Assert.Equal(1, plan.Count(step => step.StartsWith("SCAN", StringComparison.Ordinal)));
        Assert.Contains("SEARCH readings USING PRIMARY KEY (device_id=? AND ts>?)", plan);
        Assert.Contains("SEARCH readings USING PRIMARY KEY (device_id=? AND ts<?)", plan);
        Assert.Contains("SEARCH pages USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", plan);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_bounds_of_a_devices_readings_are_seeks(bool analyzed)
    {
        var plan = Plan(SqliteReadingSnapshot.SpanSql, analyzed, ("?1", 1), ("?2", 0), ("?3", 1));
        Assert.Equal(2, plan.Count(step => step.StartsWith("SEARCH readings USING PRIMARY KEY (device_id=?)", StringComparison.Ordinal)));
        Assert.Equal(2, plan.Count(step => step.StartsWith("SEARCH pages USING INTEGER PRIMARY KEY", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Recent_readings_are_counted_by_a_seek_per_device(bool analyzed) =>
        Assert.Contains(
            "SEARCH x USING PRIMARY KEY (device_id=? AND ts>? AND ts<?)",
            Plan(StoreFigureQueries.RecentSql, analyzed, ("@from", 0), ("@to", 1)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Refused_messages_are_counted_along_an_index_without_their_payloads(bool analyzed)
    {
        var plan = Plan(StoreFigureQueries.RejectionsSql, analyzed);
        Assert.Contains("SCAN rejected_messages USING COVERING INDEX IX_rejected_messages_device_uid_reason", plan);
        Assert.Contains("SEARCH m USING INTEGER PRIMARY KEY (rowid=?)", plan);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_refused_message_that_comes_again_is_found_by_its_digest(bool analyzed) =>
        Assert.Contains(
            "SEARCH rejected_messages USING INDEX IX_rejected_messages_digest (digest=?)",
            Plan(RejectionStatements.FindSql, analyzed, ("$digest", new byte[16]), ("$topic", ""), ("$payload_size", 0)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Refused_messages_to_replay_are_sought_by_what_the_filter_names(bool analyzed)
    {
        Assert.Equal(
            ["SEARCH rejected_messages USING INDEX IX_rejected_messages_device_uid_reason (device_uid=? AND reason=? AND rowid>?)"],
            Plan(ReplayStatements.NextSql(new("", "")), analyzed, ("?1", 0), ("?2", 1), ("?3", ""), ("?4", "")));
        Assert.Equal(["SEARCH rejected_messages USING INTEGER PRIMARY KEY (rowid>?)"], Plan(ReplayStatements.NextSql(new()), analyzed, ("?1", 0), ("?2", 1)));
        Assert.Contains(
            "SEARCH rejected_messages USING INTEGER PRIMARY KEY (rowid=?)",
            Plan(ReplayStatements.NextSql(new() { Ids = [1] }), analyzed, ("?1", 0), ("?2", 1), ("?8", "[1]")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Held_readings_of_the_future_are_sought_by_device(bool analyzed)
    {
        var devices = Plan(FutureMessages.DevicesSql, analyzed, ("@held", true), ("@reason", ""));
        Assert.Equal(2, devices.Count(step => step.StartsWith("SEARCH rejected_messages USING COVERING INDEX IX_rejected_messages_held", StringComparison.Ordinal)));
        Assert.Contains("SEARCH m USING INTEGER PRIMARY KEY (rowid=?)", devices);
        Assert.Contains("SEARCH rejected_messages USING COVERING INDEX IX_rejected_messages_device_uid_reason (device_uid=? AND reason=?)", devices);
        Assert.DoesNotContain(devices, step => step.StartsWith("SCAN", StringComparison.Ordinal) && step != "SCAN h");
        Assert.Equal(
            ["SEARCH rejected_messages USING INDEX IX_rejected_messages_device_uid_reason (device_uid=? AND reason=? AND rowid>?)"],
            Plan(FutureMessages.ChunkSql, analyzed, ("@device", ""), ("@reason", ""), ("@after", 0), ("@rows", 1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Refused_messages_that_are_too_old_are_found_without_sorting_and_removed_by_their_ids(bool analyzed)
    {
        foreach (var (sql, held) in new[] { (RejectionRetention.DropSql, false), (RejectionRetention.DropHeldSql, true) })
        {
            var plan = Plan(sql, analyzed, ("@held", held), ("@oldest", 0), ("@reason", ""), ("@rows", 1));
            Assert.Contains("SEARCH rejected_messages USING INTEGER PRIMARY KEY (rowid=?)", plan);
            Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Devices_that_are_ahead_are_found_by_a_seek_per_device(bool analyzed) =>
        Assert.Contains("SEARCH readings USING PRIMARY KEY (device_id=? AND ts>?)", Plan(ClockQueries.DevicesSql, analyzed, ("@limit", 0), ("@recent", 0)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_stays_in_a_room_are_found_by_their_room(bool analyzed) =>
        Assert.Contains(
            "SEARCH p USING INDEX IX_placements_room_id (room_id=?)",
            Plan(SqliteReadingSnapshot.StaysSql, analyzed, ("?1", 1), ("?2", 0), ("?3", 1)));

    /// <summary>The plan's steps; with statistics of many readings and refused messages of few devices where asked for.</summary>
    private List<string> Plan(string sql, bool analyzed, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (analyzed)
        {
            _store.Write([.. Enumerable.Range(0, 600).Select(i => Messages.Reading(_store.Now + i, device: $"s{i % 3}"))]);
            _store.Write([.. Enumerable.Range(0, 300).Select(i => Messages.Raw($"junk {i}", device: $"s{i % 3}"))]);
            _store.Write([.. Enumerable.Range(0, 30).Select(i => Messages.Reading(_store.Now + (1L << 40) + i, device: $"s{i % 3}"))]);
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
