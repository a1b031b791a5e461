using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TechTemp.Data;
using TechTemp.Data.Copying;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Postgres;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Rules.Tests.Contract;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Copying;

/// <summary>A store of any provider, opened as <c>copy</c> opens its target.</summary>
internal sealed class CopiedStore(string connectionString) : IAsyncDisposable
{
    public const long Minute = 60_000;

    private static readonly StoreTargets s_targets = StoreHosting.Targets([new SqliteProvider(), new PostgresProvider()], new ConfigurationBuilder().Build());

    private readonly StoreTarget _target = s_targets.Open(connectionString, null);

    public string ConnectionString => connectionString;

    public StoreEnd End => _target.Store;

    public IStoreSql Sql => Get<IStoreSql>();

    /// <summary>The start of the day of UTC that is 40 days before this one.</summary>
    public static long Begin { get; } = PageKey.DayOf(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()) - (40 * PageKey.Day);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A new database on the server of the tests; its schema is not made yet.</summary>
    public static async Task<CopiedStore> PostgresAsync(PostgresDatabase server)
    {
        await server.StartAsync();
        var name = $"copy_{Guid.NewGuid():N}";
        await using var create = server.Connections.DataSource.CreateCommand($"CREATE DATABASE {name};");
        await create.ExecuteNonQueryAsync(Cancel);
        return new(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString);
    }

    public T Get<T>()
        where T : notnull => _target.Services.GetRequiredService<T>();

    public async Task<CopiedStore> MigrateAsync()
    {
        await End.Schema.MigrateAsync(Cancel);
        return this;
    }

    public Task<CopyResult> CopyToAsync(CopiedStore target, Action<CopyProgress>? tell = null) => new StoreCopy(End).CopyAsync(target.End, tell ?? (_ => { }), Cancel);

    public async Task<string> UidAsync() => (await Sql.QueryAsync("SELECT uid FROM store_identity;", row => row.GetString(0), Cancel)).Single();

    public async Task ExecuteAsync(params IReadOnlyList<string> statements)
    {
        foreach (var sql in statements)
        {
            await Sql.ExecuteAsync(sql, Cancel);
        }
    }

    /// <summary>Writes readings as ingest does; each must be new.</summary>
    public async Task WriteAsync(string device, params IEnumerable<long> times)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var some in times.Chunk(500))
        {
            var written = await Get<ReadingWriter>().WriteAsync([.. some.Select(ts => Reading(ts, Values(ts), device, receivedAt: now))], Cancel);
            Assert.All(written.Outcomes, outcome => Assert.Equal(OutcomeKind.Stored, outcome.Kind));
        }
    }

    public async Task SealAsync()
    {
        await foreach (var step in Get<ReadingSealing>().SealAsync(e => Assert.Fail(e.Message), Cancel))
        {
            Assert.True(step.Readings > 0);
        }
    }

    /// <summary>What a device measures: hundredths, doubles of 53 bits, a negative zero, readings that lack a quantity, and now and then all quantities.</summary>
    public static QuantityValues Values(long ts)
    {
        var values = MaintainedStore.Values(ts);
        var minute = ts / Minute;
        if (minute % 11 == 0)
        {
            values.Set(QuantityRegistry.Temperature, -0.0);
        }

        if (minute % 97 == 0)
        {
            foreach (var quantity in QuantityRegistry.All)
            {
                values.Set(quantity, quantity.Least + ((quantity.Greatest - quantity.Least) * (minute % 7 / 7d)));
            }
        }

        return values;
    }

    /// <summary>A store with everything that a store can have.</summary>
    public async Task FillAsync()
    {
        await WriteAsync("s1", Enumerable.Range(0, 4_000).Select(i => Begin + (i * Minute)));
        // So many in a day that its pages are of hours.
        await WriteAsync("s2", Enumerable.Range(0, 7_000).Select(i => Begin + (i * Minute / 6)).Append(Begin + (3 * PageKey.Day)));
        await WriteAsync("s3", Enumerable.Range(0, 300).Select(i => Begin + (35 * PageKey.Day) + (i * Minute)));
        await SealAsync();
        await WriteAsync("s1", Enumerable.Range(0, 30).Select(i => Begin + (i * 100 * Minute) + 1_234));
        await WriteAsync("gone", Begin);
        await ExecuteAsync(
            "INSERT INTO rooms (uid, name, floor, side, created_at, comfort_temperature_min, comfort_humidity_max) VALUES ('kitchen', 'Küche', '1', NULL, 5, 18.3, 60.1), ('hall', 'Hall', NULL, 'north', 6, NULL, NULL);",
            "INSERT INTO placements (device_id, room_id, from_ts, to_ts) VALUES (1, 1, 100, 200), (1, 2, 200, NULL), (2, 1, 100, NULL);",
            "INSERT INTO calibrations (device_id, from_ts, temperature_offset, humidity_offset, more) VALUES (1, 7, 0.1, -0.3, NULL), (1, 8, -1.7, 0, NULL);",
            "INSERT INTO sequence_gaps (device_id, first, last) VALUES (1, 3, 4), (1, 9007199254740993, 9007199254740994);",
            "INSERT INTO device_work (device_id, kind, from_ts, to_ts, owner, seen_at) VALUES (1, 2, 3, 4, 'o', 5);",
            "UPDATE devices SET highest_seq = 12, label = 'Labellé', model = 'M', raw_from = 86400000 WHERE id = 1;",
            "INSERT INTO held_drops (device_uid, home, count, last_at) VALUES ('x', 'h1', 3, 9), ('X', 'h1', 1, 9);",
            "INSERT INTO broker_sessions (client_id, worker) VALUES ('', ''), ('ingest-former', ''), ('INGEST-former', 'w1');",
            "INSERT INTO ingest_workers (worker, registered, seen_at, homes, is_retired) VALUES ('w0', 1, 2, NULL, false), ('w1', 2, 3, 'h1 h2', true);",
            "INSERT INTO ingest_homes (home, worker, standing, change, is_released) VALUES ('h1', 'w1', 4, 5, false), ('h1', 'w0', 0, 6, true);",
            "INSERT INTO ingest_division (id, first_worker, connection, subscription) VALUES (1, 'w0', 4, 9);",
            "INSERT INTO ingest_instance (id, uid, machine, process_id, since, asked, answered) VALUES (1, 'i', 'm', 1, 1, 0, 0);",
            "DELETE FROM devices WHERE uid = 'gone';");
        foreach (var i in Enumerable.Range(0, 250))
        {
            byte[] payload = [(byte)i, 0, 255];
            await Sql.ExecuteAsync(
                "INSERT INTO rejected_messages (received_at, topic, device_uid, home, is_held, payload, digest, payload_size, reason, detail) VALUES (@at, 't', @device, 'h', @held, @payload, @payload, 3, 'r', 'ä€');",
                Cancel, ("at", (long)i), ("device", i % 2 == 0 ? null : $"d{i}"), ("held", i % 3 == 0), ("payload", payload));
            await Sql.ExecuteAsync(
                "INSERT INTO kept_messages (client_id, position, publish, expires_at) VALUES (@client, @position, @payload, NULL);",
                Cancel, ("client", i % 2 == 0 ? "a" : "B"), ("position", (long)i), ("payload", payload));
        }

        await ExecuteAsync(
            "INSERT INTO kept_sessions (client_id, user_name, subscriptions, expires_at) SELECT client_id, 'u', publish, 7 FROM kept_messages WHERE position = 1;",
            "INSERT INTO kept_retained (topic, publish, expires_at) SELECT 't/ä', publish, NULL FROM kept_messages WHERE position = 1;",
            "DELETE FROM rejected_messages WHERE id > 248;");
    }

    /// <summary>Everything in the store that counts, to the last bit, each row as text.</summary>
    public async Task<List<string>> ContentAsync()
    {
        var all = new List<string>();
        foreach (var table in CopiedTable.Others.Concat(CopiedTable.OfDevice).Concat([CopiedTable.Devices, CopiedTable.Rooms, CopiedTable.BrokerSessions]))
        {
            var rows = await Sql.QueryAsync(
                $"SELECT {table.ColumnNames} FROM {table.Name};",
                row => $"{table.Name}: {string.Join('|', CopiedRow.Read(row, table).Values.Select(v => v switch { byte[] b => Convert.ToHexString(b), IFormattable f => f.ToString("R", CultureInfo.InvariantCulture), _ => v }))}",
                Cancel);
            all.AddRange(rows.Order(StringComparer.Ordinal));
        }

        all.AddRange(await Sql.QueryAsync(
            "SELECT id, quarters, head, body FROM pages ORDER BY id;",
            row => $"page {row.GetInt64(0)} {row.GetInt64(1)} {Convert.ToHexString(row.GetFieldValue<byte[]>(2))} {Convert.ToHexString(row.GetFieldValue<byte[]>(3))}", Cancel));
        using var session = Get<IMaintenanceStore>().Open();
        foreach (var device in await StoreDevices.AllAsync(Sql, Cancel))
        {
            await using var snapshot = await session.ReadAsync(device.Id, Cancel);
            var rows = new PageReadingsBuilder();
            await snapshot.ReadRowsAsync(0, long.MaxValue, new(), rows, Cancel);
            if (rows.Build() is { } readings)
            {
                all.AddRange(readings.Times.Select((ts, i) =>
                    $"row {device.Id} {ts} {readings.Sources[i]} {string.Join(' ', readings.Columns.Select(c => $"{c.Quantity.Key}={BitConverter.DoubleToInt64Bits(c.Values[i]):x}"))}"));
            }
        }

        return all;
    }

    public ValueTask DisposeAsync() => _target.DisposeAsync();
}
