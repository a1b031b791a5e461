using Microsoft.Data.Sqlite;

namespace TechTemp.Integration.Tests;

/// <summary>Looks into the store's file, read-only and with the library of the version that the programs use, for what no route shows.</summary>
internal static class StoreFile
{
    /// <summary>A device's history of rooms, oldest first.</summary>
    public static IReadOnlyList<(string Room, long From, long? To)> Placements(string path, string device)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT r.uid, p.from_ts, p.to_ts FROM placements p
            JOIN rooms r ON r.id = p.room_id JOIN devices d ON d.id = p.device_id
            WHERE d.uid = $device ORDER BY p.from_ts;
            """;
        command.Parameters.AddWithValue("$device", device);
        using var reader = command.ExecuteReader();
        var placements = new List<(string, long, long?)>();
        while (reader.Read())
        {
            placements.Add((reader.GetString(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetInt64(2)));
        }

        return placements;
    }

    /// <summary>The newest migration that has run.</summary>
    public static string Schema(string path)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """SELECT max("MigrationId") FROM "__EFMigrationsHistory";""";
        return (string)command.ExecuteScalar()!;
    }

    /// <summary>The client id of an ingest on this store.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <param name="configured">Its <c>Mqtt:ClientId</c>.</param>
    public static string ClientId(string path, string configured = "techtemp-ingest")
    {
        using var connection = OpenForWriting(path);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT uid FROM store_identity;";
        return $"{configured}-{command.ExecuteScalar()}";
    }

    /// <summary>Changes rows.</summary>
    public static void Execute(string path, string sql)
    {
        using var connection = OpenForWriting(path);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Gives a device readings of years, a quarter of a minute apart, as fast as SQLite takes them.</summary>
    public static void Fill(string path, string device, int readings)
    {
        using var connection = OpenForWriting(path);
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $readings - 1)
            INSERT INTO readings (device_id, ts, temperature, humidity, source)
            SELECT d.id, 1600000000000 + i * 15000, 2000 + i % 1300, 4000 + i % 3700, 0 FROM n JOIN devices d ON d.uid = $device;
            """;
        command.Parameters.AddWithValue("$readings", readings);
        command.Parameters.AddWithValue("$device", device);
        command.ExecuteNonQuery();
    }

    /// <summary>Whether some process is in the middle of reading what was there before the last write.</summary>
    public static bool IsBeingRead(string path)
    {
        using var connection = OpenForWriting(path);
        using var command = connection.CreateCommand();
        // Does not wait for readers.
        command.CommandText = "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(RESTART);";
        using var reader = command.ExecuteReader();
        while (reader.FieldCount != 3 && reader.NextResult())
        {
        }

        reader.Read();
        return reader.GetInt64(0) != 0;
    }

    private static SqliteConnection OpenForWriting(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
