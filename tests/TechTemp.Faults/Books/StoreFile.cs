using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TechTemp.Faults.Books;

/// <summary>A reading as it is stored.</summary>
internal readonly record struct StoredReading(string Uid, long Ts, double Temperature, double Humidity);

/// <summary>
/// Looks into the store's file from outside, with the library of the version that the programs use. Every look is a
/// connection of its own: the file may have been replaced meanwhile.
/// </summary>
/// <param name="path">The SQLite file.</param>
internal sealed class StoreFile(string path)
{
    /// <summary>The SQLite file.</summary>
    public string Path => path;

    /// <summary>How many readings there are.</summary>
    public int CountReadings() => Scalar("SELECT count(*) FROM readings;");

    /// <summary>The sum of the newest times of some devices: it rises with each batch of theirs, and costs a seek for each.</summary>
    public long SumOfNewest(IEnumerable<Book> books) => books.Sum(book => Query(
        $"SELECT coalesce(max(ts), 0) FROM readings WHERE device_id = (SELECT id FROM devices WHERE uid = '{Sample.UidOf(book.Device)}');", row => row.GetInt64(0)).Single());

    /// <summary>How many refused messages there are.</summary>
    public int CountRejected() => Scalar("SELECT count(*) FROM rejected_messages;");

    /// <summary>How many readings are held.</summary>
    public int CountHeld() => Scalar("SELECT count(*) FROM rejected_messages WHERE is_held = 1;");

    /// <summary>How many sessions of its ingest a broker may have.</summary>
    public int CountSessions() => Scalar("SELECT count(*) FROM broker_sessions;");

    /// <summary>The client id of its ingest.</summary>
    public string ClientId() => $"techtemp-ingest-{Query("SELECT uid FROM store_identity;", row => row.GetString(0)).Single()}";

    /// <summary>Every reading.</summary>
    public IEnumerable<StoredReading> Readings() => Query(
        $"SELECT d.uid, r.ts, {Number("r.temperature")}, {Number("r.humidity")} FROM readings r JOIN devices d ON d.id = r.device_id;",
        row => new StoredReading(row.GetString(0), row.GetInt64(1), row.GetDouble(2), row.GetDouble(3)));

    /// <summary>SQL of the number that a column holds: as itself, or in hundredths as an integer.</summary>
    public static string Number(string column) => $"iif(typeof({column}) = 'integer', {column} / 100.0, {column})";

    /// <summary>SQLite's own word on the file: <c>ok</c>, or what is wrong.</summary>
    public string CheckIntegrity() => string.Join("; ", Query("PRAGMA integrity_check;", row => row.GetString(0)));

    /// <summary>A connection that may write.</summary>
    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>Changes rows.</summary>
    public void Execute(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Reads rows.</summary>
    public IEnumerable<T> Query<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return read(reader);
        }
    }

    private int Scalar(string sql) => Query(sql, row => row.GetInt32(0)).Single();
}
