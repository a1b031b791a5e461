using CsCheck;
using Npgsql;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Rules.Tests.Pages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>The decoder in SQL reads what the program's decoder reads, to the last bit, and refuses what that one refuses.</summary>
[Collection(PostgresTests.Name)]
public sealed class ReadablePageTests(PostgresDatabase database)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_of_any_readings_is_read_to_the_last_bit()
    {
        await database.StartAsync();
        await PageTests.Any.SampleAsync(
            async readings =>
            {
                var page = PageEncoder.Encode(PageTests.Key, readings);
                Assert.Equal(Rows(readings), await ReadAsync(page.Key, page.Head.ToArray(), page.Body.ToArray()));
            },
            iter: 400, threads: 2);
    }

    [Fact]
    public async Task Doubles_of_every_exponent_are_read_to_the_last_bit()
    {
        await database.StartAsync();
        var random = new Random(42);
        for (var exponent = 0L; exponent < 2_047; exponent += 256)
        {
            double[] values =
            [
                .. Enumerable.Range((int)exponent, (int)Math.Min(256, 2_047 - exponent)).SelectMany(
                    e => new[] { 0, 1, (1L << 52) - 1, random.NextInt64(1L << 52) }.Select(fraction => BitConverter.Int64BitsToDouble((random.NextInt64(2) << 63) | ((long)e << 52) | fraction))),
            ];
            var readings = new PageReadings(
                [.. Enumerable.Range(0, values.Length).Select(i => PageTests.Key.Start + i)], new byte[values.Length], [new(QuantityRegistry.Pressure, values)]);
            var page = PageEncoder.Encode(PageTests.Key, readings);
            Assert.Equal(Rows(readings), await ReadAsync(page.Key, page.Head.ToArray(), page.Body.ToArray()));
        }
    }

    [Fact]
    public async Task A_damaged_page_is_an_error_that_names_device_and_day()
    {
        await database.StartAsync();
        var random = new Random(7);
        var page = DamagedPageTests.Encode(random, 200);
        var (head, body) = (page.Head.ToArray(), page.Body.ToArray());
        for (var i = 0; i < head.Length; i++)
        {
            await AssertDamagedAsync(page.Key, DamagedPageTests.Flipped(head, (8 * i) + random.Next(8)), body, "the checksum of its head does not match");
            await AssertDamagedAsync(page.Key, head[..i], body, "the checksum of its head does not match");
        }

        for (var i = 0; i < body.Length; i += 5)
        {
            await AssertDamagedAsync(page.Key, head, DamagedPageTests.Flipped(body, (8 * i) + random.Next(8)), "the checksum of its body does not match");
            await AssertDamagedAsync(page.Key, head, body[..i], "the checksum of its body does not match");
        }

        await AssertDamagedAsync(page.Key with { Start = page.Key.Start + PageKey.Day }, head, body, "the checksum of its head does not match");
        await AssertDamagedAsync(page.Key with { Length = PageKey.Hour }, head, body, "the checksum of its head does not match");
    }

    /// <summary>With right checksums, as from a writer with a fault: the same readings, or an error that names the page.</summary>
    [Fact]
    public async Task Bytes_that_no_writer_writes_are_read_as_the_program_reads_them_or_refused()
    {
        await database.StartAsync();
        var random = new Random(4711);
        var refused = 0;
        for (var run = 0; run < 500; run++)
        {
            var page = DamagedPageTests.Encode(random, random.Next(1, 80));
            var head = run % 3 == 0 ? DamagedPageTests.Mutated(random, page.Head.ToArray()) : page.Head.ToArray();
            var body = run % 3 == 0 ? page.Body.ToArray() : DamagedPageTests.Mutated(random, page.Body.ToArray());
            if (PageHead.CountOf(head) > 1_000)
            {
                continue;
            }

            List<string>? expected = null;
            try
            {
                expected = Rows(PageDecoder.Read(page.Key, head, body));
            }
            catch (PageDamagedException)
            {
                refused++;
            }

            try
            {
                Assert.Equal(expected, await ReadAsync(page.Key, head, body));
            }
            // A sum of steps that overflows is no writer's either.
            catch (PostgresException e) when (expected is null || expected.Exists(row => row.StartsWith('-') || row.Length > 400))
            {
                Assert.Equal(PostgresErrorCodes.DataCorrupted, e.SqlState);
                Assert.StartsWith("The page of device s1 of 2024-10-04T00:00Z is damaged: ", e.MessageText, StringComparison.Ordinal);
            }
        }

        Assert.True(refused > 200, $"{refused} were refused");
    }

    private async Task AssertDamagedAsync(PageKey key, byte[] head, byte[] body, string what)
    {
        var e = await Assert.ThrowsAsync<PostgresException>(() => ReadAsync(key, head, body));
        var day = DateTimeOffset.FromUnixTimeMilliseconds(key.Start);
        Assert.Equal((PostgresErrorCodes.DataCorrupted, $"The page of device s1 of {day:yyyy-MM-dd}T00:00Z is damaged: {what}."), (e.SqlState, e.MessageText));
    }

    private async Task<List<string>> ReadAsync(PageKey key, byte[] head, byte[] body)
    {
        await using var command = database.Connections.DataSource.CreateCommand("SELECT * FROM page_readings('s1', $1, $2, $3, $4);");
        NpgsqlParameter[] page = [TransactionSql.Of(key.Id), TransactionSql.Of((int)(key.Length / PageKey.Step)), TransactionSql.Of(head), TransactionSql.Of(body)];
        command.Parameters.AddRange(page);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancel))
        {
            rows.Add(Row(reader.GetInt64(0), reader.GetInt32(1), QuantityRegistry.All.Select(q => reader.IsDBNull(q.Id + 1) ? double.NaN : reader.GetDouble(q.Id + 1))));
        }

        return rows;
    }

    private static List<string> Rows(PageReadings readings)
    {
        var columns = QuantityRegistry.All.Select(readings.Values).ToList();
        return [.. readings.Times.Select((ts, i) => Row(ts, readings.Sources[i], columns.Select(column => column[i])))];
    }

    private static string Row(long ts, int source, IEnumerable<double> values) =>
        $"{ts} {source} {string.Join(' ', values.Select(v => double.IsNaN(v) ? "-" : BitConverter.DoubleToInt64Bits(v).ToString("x", null)))}";
}
