using System.Globalization;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Import;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Store;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Queries;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Import;

public sealed class OldServerImportTests : IDisposable
{
    private readonly TestStore _store = new();
    private readonly OldServer _old = OldServer.Later();
    private readonly List<string> _progress = [];

    public void Dispose()
    {
        _store.Dispose();
        _old.Dispose();
    }

    [Fact]
    public void Rooms_devices_and_placements_are_taken_over()
    {
        var report = Import();

        Assert.Contains("Rooms: 2 (2 new). Devices: 3 (3 new). Placements: 3 (3 new).", report, StringComparison.Ordinal);
        Assert.Equal(
            [("cuisine", "Cuisine", null, null), ("salon", "Salon", "rdc", "jardin")],
            _store.Read(c => c.Rooms.OrderBy(r => r.Uid).ToList().ConvertAll(r => (r.Uid, r.Name, r.Floor, r.Side))));
        Assert.Equal(
            [("s1", "By the window", "rpi-zero-2w", true, At("2025-09-01T08:00:00Z")), ("s2", null, null, true, At("2025-09-02T08:00:00Z")), ("stray", "Auto-discovered sensor", "unknown", false, At("2025-09-03T08:00:00Z"))],
            _store.Read(c => c.Devices.OrderBy(d => d.Uid).ToList().ConvertAll(d => (d.Uid, d.Label, d.Model, d.Provisioned, d.CreatedAt.ToUnixTimeMilliseconds()))));
        Assert.Equal(
            [("salon", At("2025-09-01T08:00:00Z"), At("2025-09-10T20:00:00Z")), ("cuisine", At("2025-09-10T20:00:00Z"), null)], Placements("s1"));
        Assert.Equal([("salon", At("2025-09-02T08:00:00Z"), null)], Placements("s2"));
        Assert.Empty(Placements("stray"));
    }

    [Fact]
    public void Readings_are_taken_over_whatever_the_format_of_their_time()
    {
        _old.Add(
            "1, '2025-09-10T20:00:00.793Z', 21.02, 63.33, 'mqtt'", "1, '2025-09-10T20:05:00Z', 21, 63, NULL", "1, '2025-09-10 20:10:00', 20.5, 62, 'http'",
            "1, '2025-09-10 20:15:00.250', 20, 61, 'mqtt'", "1, '2025-09-10T22:20:00+02:00', 19, 60, 'simulated'", "1, 1757537685793, -1.5, 0.0, 'mqtt'");

        Assert.Contains("Readings: 6: 6 stored, 0 duplicates, 0 not taken over.", Import(), StringComparison.Ordinal);
        Assert.Equal(
            [(At("2025-09-10T20:00:00.793Z"), 21.02, 63.33), (At("2025-09-10T20:05:00Z"), 21, 63), (At("2025-09-10T20:10:00Z"), 20.5, 62),
             (At("2025-09-10T20:15:00.250Z"), 20, 61), (At("2025-09-10T20:20:00Z"), 19, 60), (1757537685793, -1.5, 0)],
            _store.Readings());
        Assert.Equal(
            [ReadingSource.Mqtt, ReadingSource.Mqtt, ReadingSource.Http, ReadingSource.Mqtt, ReadingSource.Simulated, ReadingSource.Mqtt],
            _store.Read(c => c.Readings.OrderBy(r => r.Ts).Select(r => r.Source).ToList()));
        Assert.Equal(1757537685793, _store.Read(c => c.Devices.Single(d => d.Uid == "s1").LastSeenAt)!.Value.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void An_import_that_is_run_twice_finds_duplicates_and_changes_nothing()
    {
        _old.Add("1, '2025-09-10T20:00:00.000Z', 21, 63, 'mqtt'", "2, '2025-09-10T20:00:00.000Z', 22, 64, 'mqtt'");
        Import();
        var (s1, s2) = (_store.Readings(), Placements("s1"));

        var report = Import();
        Assert.Contains("Rooms: 2 (0 new). Devices: 3 (0 new). Placements: 3 (0 new).", report, StringComparison.Ordinal);
        Assert.Contains("Readings: 2: 0 stored, 2 duplicates, 0 not taken over.", report, StringComparison.Ordinal);
        Assert.Equal((s1, s2), (_store.Readings(), Placements("s1")), (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2));
    }

    [Fact]
    public void What_is_no_reading_is_not_taken_over_and_told_with_its_row()
    {
        _old.Add(
            "1, '2025-09-10T20:00:00.000Z', NULL, 63, 'mqtt'", "1, '2025-09-10T20:01:00.000Z', 21, NULL, 'mqtt'", "1, 'soon', 21, 63, 'mqtt'",
            "1, '2025-09-10T20:02:00.000Z', 86, 63, 'mqtt'", "1, '1970-01-20T08:12:17.685Z', 21, 63, 'mqtt'", "1, '2025-09-10T20:03:00.000Z', 'warm', 63, 'mqtt'",
            "9, '2025-09-10T20:04:00.000Z', 21, 63, 'mqtt'", "1, '2025-09-10T20:05:00.000Z', 21, 63, 'mqtt'", "1, '2025-09-10 20:05:00', 21, 63, 'mqtt'",
            "1, '2025-09-10T20:05:00Z', 22, 63, 'mqtt'", "1, '2025-09-10T20:06:00Z', NULL, NULL, 'mqtt'");

        var report = Import();

        Assert.Contains("Readings: 11: 4 stored, 1 duplicates, 6 not taken over.", report, StringComparison.Ordinal);
        Assert.Equal(
            [(At("2025-09-10T20:00:00Z"), new(null, 63)), (At("2025-09-10T20:01:00Z"), new(21, null)), (At("2025-09-10T20:02:00Z"), new(null, 63)), (At("2025-09-10T20:05:00Z"), new(21, 63))],
            _store.Rows("SELECT ts, temperature, humidity, more FROM readings ORDER BY ts;", r => (r.GetInt64(0), r.Values(1))));
        foreach (var line in new[]
        {
            "a temperature or humidity that is null (the old server stored 0 like that too); the rest of its reading is taken over: 2, for example",
            "row 1 of readings_raw (s1, 2025-09-10T20:00:00.000Z, null °C, 63 %)", "a reading without temperature and humidity: 1, for example", "row 11 of",
            "whose ts is no time: 1,", "row 3 of", "a reading, out-of-range: 2,", "row 4 of", "must be from -40 to 85", "row 5 of", "whose temperature or humidity is no number: 1,",
            "a reading of a device that is not there: 1,", "a reading, conflict: 1,", "row 10 of",
        })
        {
            Assert.Contains(line, report, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Of_many_rows_refused_for_one_reason_three_are_examples()
    {
        _old.Add([.. Enumerable.Range(0, 50).Select(i => $"1, '2025-09-10T20:{i:00}:00.000Z', NULL, 50, 'mqtt'")]);
        var report = Import();
        Assert.Contains(": 50, for example", report, StringComparison.Ordinal);
        Assert.Equal(3, report.Split("of readings_raw").Length - 1);
    }

    [Fact]
    public void Buckets_and_states_are_those_of_readings_that_came_otherwise()
    {
        _old.Add("1, '2025-09-10T20:00:00.000Z', 20, 40, 'mqtt'", "1, '2025-09-10T20:05:00.000Z', 22, 60, 'mqtt'");
        Import();
        var outcome = _store.Write(Reading(At("2025-09-10T20:05:00Z"), 22, 60), Reading(At("2025-09-10T20:01:00Z"), 24, 50));

        Assert.Equal([OutcomeKind.Duplicate, OutcomeKind.Stored], outcome.Outcomes.Select(o => o.Kind));
        Assert.True(outcome.Outcomes[1].Late);
        var state = Assert.Single(outcome.States);
        Assert.Equal(("cuisine", At("2025-09-10T20:05:00Z")), (state.RoomUid, state.Ts));
        var series = _store.Get<SeriesQueries>().OfDevice(state.DeviceUid, 0, long.MaxValue, calibrated: true)!;
        Assert.Equal(3, _store.Get<BucketQueries>().Newest(series.Parts, TimeBuckets.Of(TimeBuckets.Step), 10).Sum(b => b.Count));
    }

    [Fact]
    public void What_the_store_knows_already_stays()
    {
        _store.Write(Reading(At("2025-09-10T22:00:00Z")));
        _store.Execute(
            $"""
            INSERT INTO rooms (uid, name, created_at) VALUES ('salon', 'Living room', 0), ('bureau', 'Bureau', 0);
            UPDATE devices SET provisioned = 1, label = 'Mine' WHERE uid = 's1';
            INSERT INTO placements (device_id, room_id, from_ts) SELECT d.id, r.id, {At("2025-09-10T22:00:00Z")} FROM devices d, rooms r WHERE d.uid = 's1' AND r.uid = 'bureau';
            """);

        Import();

        Assert.Equal("Living room", _store.Read(c => c.Rooms.Single(r => r.Uid == "salon").Name));
        Assert.Equal("Mine", _store.Read(c => c.Devices.Single(d => d.Uid == "s1").Label));
        Assert.Equal(
            [("salon", At("2025-09-01T08:00:00Z"), At("2025-09-10T20:00:00Z")), ("cuisine", At("2025-09-10T20:00:00Z"), At("2025-09-10T22:00:00Z")), ("bureau", At("2025-09-10T22:00:00Z"), null)],
            Placements("s1"));
    }

    [Fact]
    public void Placements_that_overlap_end_where_the_next_one_begins_and_wrong_ones_are_told()
    {
        _old.Execute(
            """
            DELETE FROM device_room_placements;
            INSERT INTO device_room_placements VALUES
                (1, 1, '2025-09-01T00:00:00Z', NULL), (1, 2, '2025-09-02T00:00:00Z', '2025-09-04T00:00:00Z'), (1, 1, '2025-09-03T00:00:00Z', '2025-09-03T12:00:00Z'),
                (1, 7, '2025-09-05T00:00:00Z', NULL), (8, 1, '2025-09-05T00:00:00Z', NULL), (2, 1, 'once', NULL);
            """);

        var report = Import();

        Assert.Equal(
            [("salon", At("2025-09-01T00:00:00Z"), At("2025-09-02T00:00:00Z")), ("cuisine", At("2025-09-02T00:00:00Z"), At("2025-09-03T00:00:00Z")),
             ("salon", At("2025-09-03T00:00:00Z"), At("2025-09-03T12:00:00Z"))],
            Placements("s1"));
        Assert.Contains("in a room that is not there: 1,", report, StringComparison.Ordinal);
        Assert.Contains("of a device that is not there: 1,", report, StringComparison.Ordinal);
        Assert.Contains("whose from_ts is no time: 1,", report, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_the_first_versions_is_read_too()
    {
        using var first = OldServer.First();
        var report = Import(first);

        Assert.Equal([21.5, null], _store.Rows("SELECT temperature FROM readings ORDER BY ts;", r => r.NumberOrNull(0)));
        Assert.Equal([("salon", At("2025-09-01T08:00:00Z"), null)], Placements("s1"));
        Assert.Contains("is null (the old server stored 0 like that too); the rest of its reading is taken over: 1,", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_is_told_every_hundred_thousand_rows()
    {
        _old.Execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 200999)
            INSERT INTO readings_raw (device_id, ts, temperature, humidity) SELECT 1, strftime('%Y-%m-%dT%H:%M:%SZ', 1700000000 + i * 60, 'unixepoch'), 21, 50 FROM n;
            """);
        Assert.Contains("201,000 stored", Import(), StringComparison.Ordinal);
        Assert.Equal(["100,000 of 201,000 readings", "200,000 of 201,000 readings"], _progress);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_file_is_only_read(bool isInUse)
    {
        _old.Add("1, '2025-09-10T20:00:00.000Z', 21, 63, 'mqtt'");
        using var server = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _old.Path, Pooling = false }.ToString());
        if (isInUse)
        {
            server.Open();
            server.Execute("INSERT INTO readings_raw (device_id, ts, temperature, humidity) VALUES (1, '2025-09-10T20:01:00.000Z', 21, 63);");
        }

        var before = Bytes();
        Import();

        Assert.Equal(before, Bytes());
        Assert.Equal(isInUse ? 2 : 1, _store.Readings().Count);
    }

    [Fact]
    public void What_is_not_the_old_servers_file_is_refused_and_nothing_is_written()
    {
        File.Delete(_old.Path);
        Refuses("There is no file");
        File.WriteAllBytes(_old.Path, new byte[5_000]);
        Refuses("not a SQLite database");
        File.Delete(_old.Path);
        _old.Execute("CREATE TABLE recipes (id INTEGER);");
        Refuses("no table rooms");
        File.Delete(_old.Path);
        File.Copy(_store.Connections.Path, _old.Path);
        Refuses("a store of this TechTemp");
        File.Delete(_old.Path);
        _old.Execute(
            "CREATE TABLE rooms (id INTEGER, uid TEXT); CREATE TABLE devices (id INTEGER, uid TEXT); CREATE TABLE device_room_placements (device_id, room_id, from_ts, to_ts); CREATE TABLE readings_raw (device_id, ts, humidity);");
        Refuses("its table readings_raw has no column temperature or t");
    }

    [Theory]
    [InlineData("ALTER TABLE rooms RENAME TO r; CREATE VIEW rooms AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, 'r' || i AS uid, 'x' AS name FROM n;", "its rooms is no plain table")]
    [InlineData("ALTER TABLE readings_raw RENAME TO r; CREATE VIEW readings_raw AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i AS device_id, i AS ts, 20 AS temperature, 50 AS humidity FROM n;", "its readings_raw is no plain table")]
    [InlineData("CREATE TRIGGER t AFTER INSERT ON devices BEGIN SELECT 1; END;", "its devices is no plain table or has a trigger")]
    [InlineData("DROP TABLE devices; CREATE VIRTUAL TABLE devices USING fts5(uid, id);", "its devices is no plain table")]
    [InlineData("ALTER TABLE devices ADD COLUMN device_uid TEXT AS (hex(zeroblob(100000000)));", "a column of its table devices is computed")]
    public void A_file_that_brings_SQL_of_its_own_is_refused_and_nothing_is_written(string sql, string why)
    {
        _old.Execute(sql);
        Refuses(why);
    }

    [Fact]
    public void A_statement_that_works_too_long_for_one_row_is_interrupted()
    {
        using var connection = new StoreConnection("Data Source=:memory:");
        connection.Open();
        using var limit = new StepLimit(connection, TimeSpan.FromMilliseconds(50));
        var exception = Assert.Throws<SqliteStoreException>(() => connection.ScalarLong("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;"));
        Assert.Equal(SQLitePCL.raw.SQLITE_INTERRUPT, exception.Code);
        limit.Restart();
        Assert.Equal(1, connection.ScalarLong("SELECT 1;"));
    }

    [Fact]
    public void Control_characters_of_the_file_are_neither_reported_nor_stored()
    {
        _old.Execute("INSERT INTO devices (id, uid, label) VALUES (7, 'x' || char(27) || '[31m' || char(10) || 'Imported everything', 'x'); UPDATE devices SET label = 'a' || char(27) || 'b' || char(10) || 'c' WHERE id = 1;");
        var report = Import();

        Assert.DoesNotContain('\u001b', report);
        Assert.DoesNotContain("\nImported everything", report, StringComparison.Ordinal);
        Assert.Contains(@"uid 'x\u001b[31m\u000aImported everything'", report, StringComparison.Ordinal);
        Assert.Equal("a b c", _store.Read(c => c.Devices.Single(d => d.Uid == "s1").Label));
    }

    private static long At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    // Of a clock that stands still it is done at once.
    private string Import(OldServer? old = null) =>
        _store.Get<OldServerImport>().ImportAsync((old ?? _old).Path, _progress.Add, CancellationToken.None).GetAwaiter().GetResult();

    private void Refuses(string why)
    {
        var message = Assert.Throws<StoreException>(() => Import()).Message;
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.Contains(_old.Path, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.Equal((0, 0), _store.Read(c => (c.Rooms.Count(), c.Devices.Count())));
    }

    private (string, string)[] Bytes()
    {
        // The index of the log belongs to whoever has the file open; it is made of the log.
        var files = Directory.GetFiles(Path.GetDirectoryName(_old.Path)!).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)).Order();
        return [.. files.Select(file => (file, Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Read(file)))))];
    }

    private static byte[] Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private List<(string Room, long From, long? To)> Placements(string device) => _store.Read(c => c.Placements
        .Where(p => c.Devices.Any(d => d.Id == p.DeviceId && d.Uid == device)).OrderBy(p => p.From)
        .Select(p => new { p.Room!.Uid, p.From, p.To }).ToList().ConvertAll(p => (p.Uid, p.From.ToUnixTimeMilliseconds(), p.To?.ToUnixTimeMilliseconds())));
}
