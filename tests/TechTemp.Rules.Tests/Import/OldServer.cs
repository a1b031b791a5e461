using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Import;

/// <summary>A file as the Node.js server has left it.</summary>
internal sealed class OldServer : IDisposable
{
    private readonly TempFolder _folder = new();

    public string Path => _folder.File("old server 100%.db");

    /// <summary>Of its later versions: numeric keys, with uids beside.</summary>
    public static OldServer Later()
    {
        var old = new OldServer();
        old.Execute(
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE rooms (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT UNIQUE NOT NULL, name TEXT NOT NULL, floor TEXT, side TEXT);
            CREATE TABLE devices (
                id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT UNIQUE NOT NULL, label TEXT, model TEXT,
                created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, last_seen_at DATETIME, offset_temperature REAL DEFAULT 0, offset_humidity REAL DEFAULT 0);
            CREATE TABLE device_room_placements (
                device_id INTEGER NOT NULL, room_id INTEGER NOT NULL, from_ts DATETIME NOT NULL, to_ts DATETIME, PRIMARY KEY (device_id, from_ts));
            CREATE TABLE readings_raw (
                device_id INTEGER NOT NULL, room_id INTEGER, ts DATETIME NOT NULL, temperature REAL, humidity REAL, source TEXT, msg_id TEXT,
                PRIMARY KEY (device_id, ts));
            INSERT INTO rooms (id, uid, name, floor, side) VALUES (1, 'salon', 'Salon', 'rdc', 'jardin'), (2, 'cuisine', 'Cuisine', NULL, NULL);
            INSERT INTO devices (id, uid, label, model, created_at) VALUES
                (1, 's1', 'By the window', 'rpi-zero-2w', '2025-09-01 08:00:00'), (2, 's2', NULL, NULL, '2025-09-02T08:00:00.000Z'), (3, 'stray', 'Auto-discovered sensor', 'unknown', '2025-09-03 08:00:00');
            INSERT INTO device_room_placements VALUES
                (1, 1, '2025-09-01T08:00:00.000Z', '2025-09-10T20:00:00.000Z'), (1, 2, '2025-09-10T20:00:00.000Z', NULL), (2, 1, '2025-09-02 08:00:00', NULL);
            """);
        return old;
    }

    /// <summary>Of its first versions: uids for keys, and short names for values.</summary>
    public static OldServer First()
    {
        var old = new OldServer();
        old.Execute(
            """
            CREATE TABLE rooms (room_id TEXT PRIMARY KEY, name TEXT NOT NULL, floor TEXT, side TEXT);
            CREATE TABLE devices (device_id TEXT PRIMARY KEY, device_uid TEXT UNIQUE NOT NULL, label TEXT, model TEXT, created_at DATETIME, offset_t REAL DEFAULT 0);
            CREATE TABLE device_room_placements (device_id TEXT NOT NULL, room_id TEXT NOT NULL, from_ts DATETIME NOT NULL, to_ts DATETIME);
            CREATE TABLE readings_raw (device_id TEXT NOT NULL, room_id TEXT, ts DATETIME NOT NULL, t REAL, h REAL, source TEXT, msg_id TEXT, PRIMARY KEY (device_id, ts)) WITHOUT ROWID;
            INSERT INTO rooms VALUES ('salon', 'Salon', NULL, NULL);
            INSERT INTO devices (device_id, device_uid) VALUES ('pi-1', 's1');
            INSERT INTO device_room_placements VALUES ('pi-1', 'salon', '2025-09-01T08:00:00.000Z', NULL);
            INSERT INTO readings_raw VALUES ('pi-1', 'salon', '2025-09-10T20:00:00.000Z', 21.5, 50, 'mqtt', NULL), ('pi-1', 'salon', '2025-09-10T20:05:00.000Z', NULL, 50, 'mqtt', NULL);
            """);
        return old;
    }

    /// <summary>Rows of <c>readings_raw</c>, each in SQL.</summary>
    public void Add(params string[] rows) =>
        Execute($"INSERT INTO readings_raw (device_id, ts, temperature, humidity, source) VALUES {string.Join(", ", rows.Select(row => $"({row})"))};");

    public void Execute(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ToString());
        connection.Open();
        connection.Execute(sql);
    }

    public void Dispose() => _folder.Dispose();
}
