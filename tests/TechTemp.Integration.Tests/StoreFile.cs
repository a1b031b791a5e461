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
}
