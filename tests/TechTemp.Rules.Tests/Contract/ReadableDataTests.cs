using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Rooms;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>What the view and the function for others answer (docs/sql.md) is what was written, and what the program's queries answer.</summary>
[Collection(PostgresTests.Name)]
public sealed class ReadableDataTests(PostgresDatabase database)
{
    private const long Minute = 60_000;
    private const long Day = PageKey.Day;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_and_pages_are_read_to_the_last_bit_before_and_after_each_sealing()
    {
        await using var store = new MaintainedStore(await PostgresWrittenStore.OpenAsync(database));
        var random = new Random(20_261_127);
        var written = new SortedDictionary<long, QuantityValues>();
        // A day of six-hour pages and one of hours, between days with gaps and jitter, and the newest rows.
        await WriteAsync([.. Enumerable.Range(0, 1_800).Select(i => store.Today - (3 * Day) + (i * 40_000L))]);
        await WriteAsync([.. Enumerable.Range(0, 6_200).Select(i => store.Today - (2 * Day) + (i * 12_000L) + random.Next(2_000))]);
        await WriteAsync(Some(300, -6, -3));
        await WriteAsync(Some(200, -1, 0));
        await WriteAsync([store.Today + 1, store.Today + Minute, store.Store.Now]);
        await AssertSameAsync();
        await store.SealAsync();
        await AssertSameAsync();
        // Late ones, which are rows between the readings of pages; sealed again, and more of them after that.
        await WriteAsync(Some(80, -6, 0));
        await AssertSameAsync();
        await store.SealAsync();
        await WriteAsync(Some(40, -6, 0));
        await AssertSameAsync();

        long[] Some(int count, int from, int to) =>
            [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(store.Today + (from * Day), store.Today + (to * Day))).Where(ts => !written.ContainsKey(ts)).Distinct()];

        async Task WriteAsync(long[] times)
        {
            foreach (var batch in times.Select(ts => (Ts: ts, Values: Any(random))).Chunk(500))
            {
                var outcomes = (await store.Store.WriteAsync([.. batch.Select(r => Reading(r.Ts, r.Values, receivedAt: store.Store.Now))])).Outcomes;
                Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Stored, outcome.Kind));
                batch.ToList().ForEach(r => written.Add(r.Ts, r.Values));
            }
        }

        async Task AssertSameAsync()
        {
            Assert.Equal(written.Select(r => Text(r.Key, r.Value)), await ReadAsync("device_readings('s1')"));
            Assert.Equal((await store.Store.RowsAsync()).Select(row => Text(row.Ts, row.Values)), await ReadAsync("recent_readings WHERE device = 's1' ORDER BY ts"));
            for (var i = 0; i < 10; i++)
            {
                var (from, to) = (random.NextInt64(store.Today - (7 * Day), store.Today + Day), random.NextInt64(store.Today - (7 * Day), store.Today + Day));
                Assert.Equal(
                    written.Where(r => r.Key >= from && r.Key <= to).Select(r => Text(r.Key, r.Value)),
                    await ReadAsync($"device_readings('s1', timestamptz 'epoch' + {from} * interval '1 ms', timestamptz 'epoch' + {to} * interval '1 ms')"));
            }
        }
    }

    [Fact]
    public async Task Calibrated_readings_and_rooms_are_those_of_the_queries()
    {
        await using var store = new MaintainedStore(await PostgresWrittenStore.OpenAsync(database));
        await FillAsync(store, "s1");
        var rooms = new Dictionary<long, string>();
        foreach (var room in new[] { "salon", "cellar" })
        {
            var series = (await new SeriesQueries(store.Store.Reading).OfRoomAsync(room, 0, long.MaxValue, calibrated: true, Cancel))!;
            foreach (var reading in (await new SeriesQueries(store.Store.Reading).NewestAsync(series, int.MaxValue, Cancel)).SelectMany(StoreAnswers.NewestFirst))
            {
                rooms.Add(reading.Ts, room);
            }
        }

        Assert.Contains("cellar", rooms.Values);
        foreach (var calibrated in new[] { true, false })
        {
            var series = (await new SeriesQueries(store.Store.Reading).OfDeviceAsync("s1", 0, long.MaxValue, calibrated, Cancel))!;
            var expected = (await new SeriesQueries(store.Store.Reading).NewestAsync(series, int.MaxValue, Cancel)).SelectMany(StoreAnswers.NewestFirst).OrderBy(r => r.Ts).ToList();
            Assert.Equal(expected.Select(r => Text(r.Ts, r.Values)), await ReadAsync($"device_readings('s1', calibrated => {calibrated})"));
            Assert.Equal(expected.Select(r => rooms.GetValueOrDefault(r.Ts)), await ReadAsync("device_readings('s1')", row => row.TextOrNull("room")));
        }

        Assert.Equal(await ReadAsync("device_readings('s1') WHERE ts_ms IN (SELECT ts FROM readings)", row => row.TextOrNull("room")), await ReadAsync("recent_readings ORDER BY ts", row => row.TextOrNull("room")));
        Assert.Equal(["mqtt"], (await ReadAsync("device_readings('s1')", row => row.TextOrNull("source"))).Distinct());
        Assert.Empty(await ReadAsync("device_readings('nobody')"));
    }

    [Fact]
    public async Task The_columns_are_the_quantities_by_their_names_in_payloads_and_times_are_exact()
    {
        await using var store = new MaintainedStore(await PostgresWrittenStore.OpenAsync(database));
        await store.WriteAsync("s1", store.Today, store.Today + 7, store.Store.Now);
        await using var command = database.Connections.DataSource.CreateCommand("SELECT * FROM device_readings('s1');");
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        Assert.Equal(
            ["device", "room", "ts", "ts_ms", "source", .. QuantityRegistry.All.Select(q => q.PayloadKey)], Enumerable.Range(0, reader.FieldCount).Select(reader.GetName));
        Assert.Equal("timestamp with time zone", reader.GetDataTypeName(2));
        // Both ends are inclusive, and a microsecond more is too late.
        foreach (var (from, to, count) in new[] { ("", "", 3), ("", ".007", 2), (".007", "", 2), (".000001", ".006999", 0), (".007001", "", 1), ("", ".006999", 1) })
        {
            var day = DateTimeOffset.FromUnixTimeMilliseconds(store.Today).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
            var times = await ReadAsync($"device_readings('s1', '{day}{from}Z', {(to.Length == 0 ? "'infinity'" : $"'{day}{to}Z'")})");
            Assert.Equal(count, times.Count);
        }

        Assert.Equal(await ReadAsync("device_readings('s1')", row => $"{new DateTimeOffset(row.GetFieldValue<DateTime>(row.GetOrdinal("ts"))).ToUnixTimeMilliseconds()}"), await ReadAsync("device_readings('s1')", row => $"{row["ts_ms"]}"));
    }

    [Fact]
    public async Task A_damaged_page_fails_the_question_about_its_day_and_no_other()
    {
        await using var store = new MaintainedStore(await PostgresWrittenStore.OpenAsync(database));
        await store.WriteAsync("s1", [.. Enumerable.Range(0, 288).Select(i => store.Today - (2 * Day) + (i * 10 * Minute)), store.Store.Now]);
        await store.SealAsync();
        await store.Store.ExecuteAsync("UPDATE pages SET body = set_byte(body, 20, get_byte(body, 20) # 4) WHERE id = (SELECT min(id) FROM pages);");
        var e = await Assert.ThrowsAsync<PostgresException>(() => ReadAsync("device_readings('s1')"));
        var day = DateTimeOffset.FromUnixTimeMilliseconds(store.Today - (2 * Day));
        Assert.Equal($"The page of device s1 of {day:yyyy-MM-dd}T00:00Z is damaged: the checksum of its body does not match.", e.MessageText);
        Assert.Equal(145, (await ReadAsync($"device_readings('s1', '{day.AddDays(1):O}')")).Count);
    }

    /// <summary>A page without a body is what an older version has left of readings: there are none.</summary>
    [Fact]
    public async Task A_page_without_readings_answers_none()
    {
        await using var store = new MaintainedStore(await PostgresWrittenStore.OpenAsync(database));
        await store.WriteAsync("s1", store.Store.Now);
        await store.Store.ExecuteAsync($"INSERT INTO pages (id, quarters, head, body) VALUES ({new PageKey(1, store.Today - Day, PageKey.Step).Id}, 1, '\\x01', '');");
        Assert.Single(await ReadAsync("device_readings('s1')"));
    }

    [Fact]
    public async Task Temporary_tables_and_the_search_path_of_a_client_change_no_answer()
    {
        await using var store = new MaintainedStore(await PostgresWrittenStore.OpenAsync(database));
        await store.WriteAsync("s1", store.Today - Day, store.Store.Now);
        await store.SealAsync();
        await using var connection = await database.Connections.DataSource.OpenConnectionAsync(Cancel);
        await using var command = new NpgsqlCommand(
            "CREATE TEMP TABLE readings (LIKE public.readings); CREATE TEMP TABLE pages (LIKE public.pages); SET search_path = pg_temp; SELECT count(*) FROM public.device_readings('s1');", connection);
        Assert.Equal(2L, await command.ExecuteScalarAsync(Cancel));
        await using var view = new NpgsqlCommand("SELECT count(co2_ppm) + count(*) FROM public.recent_readings;", connection);
        Assert.Equal(1L + MaintainedStore.Values(store.Store.Now).Quantities.Count(q => q == QuantityRegistry.Co2), await view.ExecuteScalarAsync(Cancel));
    }

    /// <summary>Two rooms, two calibrations, two sealed days with late rows, and a row of today.</summary>
    internal static async Task FillAsync(MaintainedStore store, string device)
    {
        await store.WriteAsync(device, [.. Enumerable.Range(0, 300).Select(i => store.Today - (2 * Day) + (i * 9 * Minute)), store.Store.Now]);
        await store.SealAsync();
        await store.WriteAsync(device, [.. Enumerable.Range(0, 50).Select(i => store.Today - (2 * Day) + (i * 50 * Minute) + 1)]);
        await store.Store.WithAsync(async context =>
        {
            var stored = await context.Devices.SingleAsync(d => d.Uid == device, Cancel);
            var moved = DateTimeOffset.FromUnixTimeMilliseconds(store.Today - (30 * 60 * Minute));
            stored.Placements.Add(new() { Room = new Room { Uid = "cellar", Name = "Cellar" }, From = moved.AddHours(-10), To = moved });
            stored.Placements.Add(new() { Room = new Room { Uid = "salon", Name = "Salon" }, From = moved });
            context.Calibrations.AddRange(
                new Calibration { DeviceId = stored.Id, From = moved.AddHours(-3), TemperatureOffset = -0.35, HumidityOffset = 30 },
                new Calibration { DeviceId = stored.Id, From = moved.AddHours(5), TemperatureOffset = 0.1, HumidityOffset = 0, More = MoreValues.Of(Co2(-12.5)) });
            return await context.SaveChangesAsync(Cancel);
        });
    }

    private static QuantityValues Co2(double offset)
    {
        var values = default(QuantityValues);
        values.Set(QuantityRegistry.Co2, offset);
        return values;
    }

    // Some quantities of a reading, mostly of few decimals; the last ones seldom.
    private static QuantityValues Any(Random random)
    {
        var values = default(QuantityValues);
        while (values.IsEmpty)
        {
            foreach (var quantity in QuantityRegistry.All)
            {
                var value = quantity.Least + (random.NextDouble() * (quantity.Greatest - quantity.Least));
                if (random.Next(quantity.Id) < 2)
                {
                    values.Set(quantity, quantity == QuantityRegistry.Illuminance || random.Next(40) == 0 ? value : Math.Round(value, quantity.Decimals + 1));
                }
            }
        }

        return values;
    }

    private static string Text(long ts, QuantityValues values) =>
        $"{ts} {string.Join(' ', QuantityRegistry.All.Select(q => values[q] is { } value ? value.ToString("R", CultureInfo.InvariantCulture) : "-"))}";

    private Task<List<string>> ReadAsync(string from) => ReadAsync(from, row =>
    {
        var values = default(QuantityValues);
        foreach (var quantity in QuantityRegistry.All)
        {
            values[quantity] = row[quantity.PayloadKey] as double?;
        }

        return Text((long)row["ts_ms"], values);
    })!;

    private async Task<List<string?>> ReadAsync(string from, Func<NpgsqlDataReader, string?> read)
    {
        await using var command = database.Connections.DataSource.CreateCommand($"SELECT * FROM {from};");
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var rows = new List<string?>();
        while (await reader.ReadAsync(Cancel))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}

file static class RowText
{
    public static string? TextOrNull(this NpgsqlDataReader row, string column) => row[column] as string;
}
