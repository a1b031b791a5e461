using Npgsql;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Postgres.Readings;
using TechTemp.Data.Postgres.Writing;
using TechTemp.Readings.Pages;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>The plans of PostgreSQL that statements rely on, with statistics of many readings, pages and refused messages.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresPlanTests(PostgresDatabase database)
{
    private const string Rejected = "SELECT * FROM rejected_messages WHERE device_uid = $1 AND reason = $2 AND id < $3 ORDER BY id DESC LIMIT 50;";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_view_reads_the_rows_of_its_device_along_the_key()
    {
        await using var store = await FillAsync();
        var byTime = await PlanAsync("SELECT * FROM recent_readings WHERE device = 'd7' AND ts BETWEEN '2025-01-01T00:00:00Z' AND '2025-01-01T01:00:00Z'");
        Assert.Contains("Index Cond: (device_id = d.id)", byTime);
        AssertNoScan(byTime, "readings r");
        var byKey = await PlanAsync("SELECT * FROM recent_readings WHERE device = 'd7' AND ts_ms BETWEEN 1735689600000 AND 1735693200000");
        Assert.Contains("Index Cond: ((device_id = d.id) AND (ts >= '1735689600000'::bigint) AND (ts <= '1735693200000'::bigint))", byKey);
        AssertNoScan(byKey, "readings r");
    }

    [Fact]
    public async Task Rows_and_pages_of_a_range_are_read_along_their_keys_without_sorting()
    {
        await using var store = await FillAsync();
        foreach (var sql in new[] { PostgresReadingSnapshot.OldestRowsSql, PostgresReadingSnapshot.NewestRowsSql })
        {
            var plan = await PlanAsync(sql, TransactionSql.Of(7), TransactionSql.Of(0L), TransactionSql.Of(store.Now), TransactionSql.Of(10));
            Assert.Contains($"Index Cond: ((device_id = 7) AND (ts >= '0'::bigint) AND (ts <= '{store.Now}'::bigint))", plan);
            AssertNoScan(plan, "readings");
            AssertNoSort(plan);
        }

        foreach (var sql in new[] { PostgresReadingSnapshot.OldestHeadsSql, PostgresReadingSnapshot.NewestPagesSql })
        {
            var plan = await PlanAsync(sql, TransactionSql.Of(PageKey.FirstId(7, 0)), TransactionSql.Of(PageKey.LastId(7, store.Now)), TransactionSql.Of(10));
            Assert.Contains(plan, step => step.StartsWith("Index Cond: ((id >= ", StringComparison.Ordinal));
            AssertNoScan(plan, "pages");
            AssertNoSort(plan);
        }

        var bodies = await PlanAsync(PostgresReadingSnapshot.BodiesSql, TransactionSql.Of(Enumerable.Range(1, 20).Select(day => PageKey.FirstId(7, day * PageKey.Day)).ToArray()));
        Assert.Contains("Index Cond: (id = k.id)", bodies);
        AssertNoScan(bodies, "pages");
    }

    [Fact]
    public async Task A_batch_finds_its_readings_and_pages_along_their_keys()
    {
        await using var store = await FillAsync();
        NpgsqlParameter[] Keys() => [TransactionSql.Of(Enumerable.Range(1, 100).ToArray()), TransactionSql.Of(Enumerable.Range(1, 100).Select(i => store.Now - i).ToArray())];
        var found = await PlanAsync(ReadingSql.FindSql, Keys());
        Assert.Contains("Index Cond: ((device_id = k.device_id) AND (ts = k.ts))", found);
        AssertNoScan(found, "readings r");
        var newest = await PlanAsync(ReadingSql.FindNewestSql, Keys());
        Assert.Contains("Index Cond: ((device_id = k.device_id) AND (ts <= k.ts))", newest);
        AssertNoSort(newest);
        var pages = await PlanAsync(
            ReadingSql.FindPagesSql,
            TransactionSql.Of(Enumerable.Range(1, 100).Select(i => PageKey.FirstId(i, store.Now)).ToArray()), TransactionSql.Of(Enumerable.Range(1, 100).Select(i => PageKey.LastId(i, store.Now)).ToArray()));
        Assert.Contains("Index Cond: ((id >= k.first) AND (id <= k.last))", pages);
        AssertNoScan(pages, "pages");
        var insert = await PlanAsync(
            ReadingSql.InsertSql, [.. Keys(), TransactionSql.Of(new double?[100]), TransactionSql.Of(new double?[100]), TransactionSql.Of(new byte[]?[100]), TransactionSql.Of(new short[100])]);
        Assert.Contains("Insert on readings", insert[0], StringComparison.Ordinal);
        Assert.Contains("Conflict Resolution: NOTHING", insert);
        AssertNoScan(insert, "readings");
    }

    [Fact]
    public async Task Refused_messages_of_a_device_and_a_reason_are_listed_without_sorting()
    {
        await using var store = await FillAsync();
        var plan = await PlanAsync(Rejected, TransactionSql.Of("d7"), TransactionSql.Of("payload"), TransactionSql.Of(long.MaxValue));
        Assert.Contains(plan, step => step.Contains("Index Scan Backward using \"IX_rejected_messages_device_uid_reason_id\" on rejected_messages", StringComparison.Ordinal));
        AssertNoSort(plan);
    }

    private static void AssertNoScan(List<string> plan, string table) =>
        Assert.DoesNotContain(plan, step => step.Contains($"Seq Scan on {table}", StringComparison.Ordinal));

    private static void AssertNoSort(List<string> plan) => Assert.DoesNotContain(plan, step => step.Contains("Sort", StringComparison.Ordinal));

    private async Task<PostgresWrittenStore> FillAsync()
    {
        var store = await PostgresWrittenStore.OpenAsync(database);
        await store.WriteAsync([.. Enumerable.Range(1, 100).Select(i => Reading(store.Now, device: $"d{i}"))]);
        await store.ExecuteAsync(
            $"""
            INSERT INTO readings (device_id, ts, source, temperature) SELECT d, {store.Now} - i * 60000, 0, 20 FROM generate_series(1, 100) d, generate_series(1, 500) i;
            INSERT INTO pages (id, quarters, head, body) SELECT (d << 24) + day * 96, 96, decode(repeat('00', 40), 'hex'), decode(repeat('00', 600), 'hex')
                FROM generate_series(1::bigint, 100) d, generate_series(1, 100) day;
            INSERT INTO rejected_messages (received_at, topic, device_uid, home, is_held, payload, payload_size, reason, detail)
                SELECT i, 't', 'd' || i % 10, 'h1', i % 2 = 0, '\x00', 1, CASE i % 3 WHEN 0 THEN 'payload' ELSE 'conflict' END, '' FROM generate_series(1, 20000) i;
            ANALYZE readings, pages, devices, rejected_messages;
            """);
        return store;
    }

    private async Task<List<string>> PlanAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = database.Connections.DataSource.CreateCommand($"EXPLAIN {sql}");
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var steps = new List<string>();
        while (await reader.ReadAsync(Cancel))
        {
            steps.Add(reader.GetString(0).Trim());
        }

        return steps;
    }
}
