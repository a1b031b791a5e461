using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>The statements of docs/sql.md run as printed, by psql, as the user that the document makes. Grafana replaces its macros as text, and so does this.</summary>
[Collection(PostgresTests.Name)]
public sealed partial class SqlDocumentTests(PostgresDatabase database)
{
    private const string Reader = "techtemp_reader";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_statements_of_the_document_run_as_printed_for_a_user_that_only_reads()
    {
        Assert.SkipUnless(Programs.Find("psql") is not null, "psql is not installed (Debian package postgresql-client)");
        await using var store = new MaintainedStore(await PostgresWrittenStore.OpenAsync(database));
        await ReadableDataTests.FillAsync(store, "sensor-01");
        var blocks = Block().Matches(await File.ReadAllTextAsync(Repository.File("docs", "sql.md"), Cancel));
        Assert.Equal((1, 9), (blocks.Count(b => b.Groups["who"].Length > 0), blocks.Count(b => b.Groups["who"].Length == 0)));
        try
        {
            foreach (var block in blocks.AsEnumerable())
            {
                var sql = Expanded(block.Groups["sql"].Value, DateTimeOffset.FromUnixTimeMilliseconds(store.Store.Now));
                var (code, output, error) = await PsqlAsync(block.Groups["who"].Length > 0 ? "techtemp" : Reader, sql);
                Assert.True(code == 0, $"{sql}\n{error}");
                Assert.True(output.Length > 0 || block.Groups["who"].Length > 0, $"Nothing is read by\n{sql}");
            }

            foreach (var sql in new[] { "DELETE FROM readings;", "SET default_transaction_read_only = off; DELETE FROM readings;", "SELECT * FROM rejected_messages;", "SELECT * FROM kept_messages;" })
            {
                var (code, _, error) = await PsqlAsync(Reader, sql);
                Assert.NotEqual(0, code);
                Assert.Matches("permission denied|read-only transaction", error);
            }

            Assert.Equal($"{store.Count}", (await PsqlAsync(Reader, "SELECT count(*) FROM device_readings('sensor-01');")).Output.Trim());
        }
        finally
        {
            await store.Store.ExecuteAsync($"DROP OWNED BY {Reader}; DROP ROLE {Reader};");
        }
    }

    [Fact]
    public async Task What_grafana_makes_of_its_macros_answers_the_means_of_its_intervals()
    {
        await using var store = new MaintainedStore(await PostgresWrittenStore.OpenAsync(database));
        await ReadableDataTests.FillAsync(store, "s1");
        var (from, to) = (store.Today - (26 * 3_600_000), store.Today - 3_600_000);
        var sql = Expanded(
            "SELECT $__timeGroup(ts, $__interval) AS time, avg(temperature_c) AS t FROM device_readings('s1', $__timeFrom(), $__timeTo()) WHERE $__timeFilter(ts) GROUP BY 1 ORDER BY 1;",
            DateTimeOffset.FromUnixTimeMilliseconds(to), to - from);
        await using var command = database.Connections.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var found = new List<(long, double)>();
        while (await reader.ReadAsync(Cancel))
        {
            found.Add(((long)reader.GetDecimal(0), reader.GetDouble(1)));
        }

        var expected = store.Times("s1").Where(ts => ts >= from && ts <= to).GroupBy(ts => ts / 300_000 * 300)
            .Select(g => (g.Key, g.Average(ts => MaintainedStore.Values(ts)[TechTemp.Readings.Quantities.QuantityRegistry.Temperature]!.Value))).ToList();
        Assert.Equal(expected.Select(e => e.Key), found.Select(f => f.Item1));
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.Item2, pair.Second.Item2, 9));
    }

    // As Grafana's data source does: https://grafana.com/docs/grafana/latest/datasources/postgres/#macros
    private static string Expanded(string sql, DateTimeOffset now, long range = 30 * 3_600_000)
    {
        var from = now.AddMilliseconds(-range);
        return sql
            .Replace("$__timeFilter(ts)", $"ts BETWEEN '{Iso(from)}' AND '{Iso(now)}'", StringComparison.Ordinal)
            .Replace("$__timeGroup(ts, $__interval)", "floor(extract(epoch from ts)/300)*300", StringComparison.Ordinal)
            .Replace("$__timeFrom()", $"'{Iso(from)}'", StringComparison.Ordinal)
            .Replace("$__timeTo()", $"'{Iso(now)}'", StringComparison.Ordinal)
            .Replace("$__from", $"{from.ToUnixTimeMilliseconds()}", StringComparison.Ordinal)
            .Replace("$__to", $"{now.ToUnixTimeMilliseconds()}", StringComparison.Ordinal)
            // The clock of the tests, and its day before.
            .Replace("now()", $"timestamptz '{Iso(now)}'", StringComparison.Ordinal)
            .Replace("2026-11-26T", now.AddDays(-1).ToString("yyyy-MM-dd'T'", CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);

    private async Task<(int Code, string Output, string Error)> PsqlAsync(string user, string sql)
    {
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var psql = new ChildProcess(
            Programs.Find("psql")!, "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", server.Host!, "-p", $"{server.Port}", "-U", user, "-d", server.Database!, "-c", sql);
        return (await psql.ExitAsync(), psql.Output, psql.Error);
    }

    [GeneratedRegex("^```sql(?<who> owner)?\n(?<sql>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
