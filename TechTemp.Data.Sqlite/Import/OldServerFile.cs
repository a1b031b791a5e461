using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Import;

/// <summary>A row of the old server's <c>rooms</c>; the key is what its other tables call it.</summary>
internal sealed record OldRoom(string Key, string? Uid, string? Name, string? Floor, string? Side);

/// <summary>A row of the old server's <c>devices</c>.</summary>
internal sealed record OldDevice(string Key, string? Uid, string? Label, string? Model, object? CreatedAt);

/// <summary>A row of the old server's <c>device_room_placements</c>; its end is null while the device stands there.</summary>
internal sealed record OldPlacement(string Row, string? DeviceKey, string? RoomKey, object? From, object? To);

/// <summary>A row of the old server's <c>readings_raw</c>: as SQLite has them, which takes any value in any column.</summary>
internal readonly record struct OldReading(string Row, string? DeviceKey, object? Ts, object? Temperature, object? Humidity, string? Source);

/// <summary>
/// The SQLite file of the Node.js server that was before, read-only. Its first versions knew rooms and devices by their
/// uids alone (<c>room_id</c>, <c>device_id</c>, <c>device_uid</c>) and called the values <c>t</c> and <c>h</c>; later ones have numeric
/// keys beside (<c>id</c>, <c>uid</c>) and write the names out. Both are read, by the columns that are there.
/// <code>
/// rooms(id, uid, name, floor, side)   devices(id, uid, label, model, created_at, last_seen_at, …)
/// device_room_placements(device_id, room_id, from_ts, to_ts)
/// readings_raw(device_id, room_id, ts, temperature, humidity, source, msg_id)
/// </code>
/// </summary>
internal sealed class OldServerFile : IDisposable
{
    private const int LongestValue = 1_000_000;

    private readonly SqliteConnection _connection;
    private readonly StepLimit _limit;

    private OldServerFile(string path, SqliteConnection connection) => (Path, _connection, _limit) = (path, connection, new(connection, s_longestStep));

    public string Path { get; }

    /// <summary>Opens the file and makes sure that it is what it should be.</summary>
    /// <exception cref="StoreException">It is not, or cannot be read; the message says why.</exception>
    public static OldServerFile Open(string file)
    {
        var path = System.IO.Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            throw new StoreException($"There is no file '{path}'.");
        }

        var connection = new StoreConnection(ConnectionString(path));
        try
        {
            connection.Open();
            connection.Harden();
            // No name and no time of the old server comes near it; a row that does is not read into memory.
            SQLitePCL.raw.sqlite3_limit(connection.Handle!, SQLitePCL.raw.SQLITE_LIMIT_LENGTH, LongestValue);
            var old = new OldServerFile(path, connection);
            old.RequireOldServer();
            return old;
        }
        catch (Exception e)
        {
            connection.Dispose();
            throw e switch
            {
                SqliteStoreException { IsDamage: true } => new StoreException($"'{path}' is not a SQLite database, or a damaged one.", e),
                SqliteStoreException { Code: SQLitePCL.raw.SQLITE_INTERRUPT } => new StoreException($"'{path}' takes more than {s_longestStep.TotalSeconds:N0} s to read one row. It is not the Node.js server's file, or a damaged one.", e),
                SqliteStoreException => new StoreException($"'{path}' cannot be read: {e.Message} Copy it, with '{path}-wal' where there is one, into a folder that can be written.", e),
                _ => e,
            };
        }
    }

    public IEnumerable<OldRoom> Rooms()
    {
        var rooms = Table("rooms");
        var sql = $"SELECT {Text(rooms.Column("id", "room_id"))}, {rooms.Column("uid", "room_uid", "room_id")}, {rooms.ColumnOrNull("name")}, {rooms.ColumnOrNull("floor")}, {rooms.ColumnOrNull("side")} FROM rooms ORDER BY 1;";
        return Select(sql, row => new OldRoom(row.GetString(0), TextOf(row, 1), TextOf(row, 2), TextOf(row, 3), TextOf(row, 4)));
    }

    public IEnumerable<OldDevice> Devices()
    {
        var devices = Table("devices");
        var sql = $"SELECT {Text(devices.Column("id", "device_id"))}, {devices.Column("uid", "device_uid", "device_id")}, {devices.ColumnOrNull("label")}, {devices.ColumnOrNull("model")}, {devices.ColumnOrNull("created_at")} FROM devices ORDER BY 1;";
        return Select(sql, row => new OldDevice(row.GetString(0), TextOf(row, 1), TextOf(row, 2), TextOf(row, 3), ValueOf(row, 4)));
    }

    public IEnumerable<OldPlacement> Placements()
    {
        var placements = Table("device_room_placements");
        var sql = $"SELECT {placements.Row}, {Text(placements.Column("device_id"))}, {Text(placements.Column("room_id"))}, {placements.Column("from_ts", "placed_at")}, {placements.Column("to_ts", "removed_at")} FROM device_room_placements;";
        return Select(sql, row => new OldPlacement(row.GetString(0), TextOf(row, 1), TextOf(row, 2), ValueOf(row, 3), ValueOf(row, 4)));
    }

    public long CountReadings()
    {
        _limit.Restart();
        return _connection.ScalarLong("SELECT count(*) FROM readings_raw;");
    }

    /// <summary>In the order in which they were written: nearly by time, and without sorting.</summary>
    public IEnumerable<OldReading> Readings()
    {
        var readings = Table("readings_raw");
        var sql = $"SELECT {readings.Row}, {Text(readings.Column("device_id"))}, {readings.Column("ts")}, {readings.Column("temperature", "t")}, {readings.Column("humidity", "h")}, {readings.ColumnOrNull("source")} FROM readings_raw;";
        return Select(sql, row => new OldReading(row.GetString(0), TextOf(row, 1), ValueOf(row, 2), ValueOf(row, 3), ValueOf(row, 4), TextOf(row, 5)));
    }

    public void Dispose()
    {
        _limit.Dispose();
        _connection.Dispose();
    }

    // A file without a log beside it is in no program's use. "immutable" then leaves nothing beside it either, and reads it from
    // where nothing can be written: https://sqlite.org/uri.html#uriimmutable
    private static string ConnectionString(string path)
    {
        var isInUse = StoreFiles.LogSuffixes.Append("-journal").Any(suffix => File.Exists(path + suffix));
        return new SqliteConnectionStringBuilder
        {
            DataSource = isInUse ? path : new Uri(path).AbsoluteUri + "?immutable=1",
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString();
    }

    private void RequireOldServer()
    {
        if (_connection.ScalarLong("PRAGMA application_id;") == StoreSchema.ApplicationId)
        {
            throw new StoreException($"'{Path}' is a store of this TechTemp, not the Node.js server's file. A backup is put back by 'restore'.");
        }

        // Named here what is missing, before anything is written.
        Rooms();
        Devices();
        Placements();
        Readings();
    }

    private OldTable Table(string name)
    {
        _limit.Restart();
        RequirePlainTable(name);
        using var command = _connection.Prepare(
            "SELECT name, (SELECT wr FROM pragma_table_list WHERE name = $table COLLATE NOCASE AND schema = 'main'), hidden FROM pragma_table_xinfo($table);", ("$table", SqliteType.Text));
        using var reader = command.Bind(0, name).Rows();
        var columns = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var hasRowId = false;
        while (reader.Read())
        {
            // A column that the file computes is SQL of the file's as a view is.
            if (reader.GetInt64(2) != 0)
            {
                throw new StoreException($"'{Path}' is not the Node.js server's file: a column of its table {name} is computed.");
            }

            columns.Add(reader.GetString(0));
            hasRowId = reader.GetInt64(1) == 0;
        }

        return new(Path, name, columns, hasRowId);
    }

    // A view in a table's place can compute for ever, and a trigger or a virtual table is nothing that the old server made either.
    private void RequirePlainTable(string name)
    {
        using var command = _connection.Prepare(
            "SELECT type, type = 'table' AND sql NOT LIKE 'create virtual%' FROM sqlite_schema WHERE name = $table COLLATE NOCASE OR tbl_name = $table COLLATE NOCASE AND type = 'trigger';",
            ("$table", SqliteType.Text));
        using var reader = command.Bind(0, name).Rows();
        var isThere = false;
        while (reader.Read())
        {
            isThere = true;
            if (reader.GetInt64(1) == 0)
            {
                throw new StoreException($"'{Path}' is not the Node.js server's file: its {name} is no plain table or has a trigger.");
            }
        }

        if (!isThere)
        {
            throw new StoreException($"'{Path}' is not the Node.js server's file: it has no table {name}.");
        }
    }

    private IEnumerable<T> Select<T>(string sql, Func<DbDataReader, T> read)
    {
        _limit.Restart();
        using var command = _connection.Prepare(sql);
        using var reader = command.Rows();
        while (reader.Read())
        {
            yield return read(reader);
            _limit.Restart();
        }
    }

    /// <summary>How long the file may take from one row to the next: much longer than counting a large table does.</summary>
    private static readonly TimeSpan s_longestStep = TimeSpan.FromMinutes(1);

    private static string Text(string column) => $"CAST({column} AS TEXT)";

    private static string? TextOf(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : Convert.ToString(row.GetValue(column), CultureInfo.InvariantCulture);

    private static object? ValueOf(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetValue(column);

    private sealed record OldTable(string Path, string Name, HashSet<string> Columns, bool HasRowId)
    {
        /// <summary>What a row is called in reports.</summary>
        public string Row => Text(Columns.Contains("id") ? "id" : HasRowId ? "rowid" : "'?'");

        public string Column(params ReadOnlySpan<string> names)
        {
            var found = ColumnOrNull(names);
            return found != "NULL"
                ? found
                : throw new StoreException($"'{Path}' is not the Node.js server's file: its table {Name} has no column {string.Join(" or ", names.ToArray())}.");
        }

        public string ColumnOrNull(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (Columns.Contains(name))
                {
                    return name;
                }
            }

            return "NULL";
        }
    }
}
