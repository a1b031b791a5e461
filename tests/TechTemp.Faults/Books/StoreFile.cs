using System.Buffers.Binary;
using Microsoft.Data.Sqlite;

namespace TechTemp.Faults.Books;

/// <summary>A reading as it is stored.</summary>
internal readonly record struct StoredReading(string Uid, long Ts, double? Temperature, double? Humidity, double? Co2 = null);

/// <summary>A row, or a reading of a page.</summary>
/// <param name="DeviceId">The store's key of the device.</param>
/// <param name="Ts">Unix milliseconds.</param>
/// <param name="Values">Its values by the quantities' ids.</param>
internal readonly record struct KeyedReading(int DeviceId, long Ts, IReadOnlyDictionary<int, double> Values);

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
    public int CountReadings()
    {
        // One statement sees one moment: a reading is a row or in a page.
        var count = 0;
        foreach (var (rows, head) in Query(
            "SELECT count(*), NULL FROM readings UNION ALL SELECT 0, head FROM pages WHERE length(body) > 0;", row => (row.GetInt32(0), row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1))))
        {
            count += head is null ? rows : StoredPage.Count(head);
        }

        return count;
    }

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

    /// <summary>Every reading, of rows and pages.</summary>
    public IEnumerable<StoredReading> Readings()
    {
        var uids = Query("SELECT id, uid FROM devices;", row => (Id: row.GetInt32(0), Uid: row.GetString(1))).ToDictionary(d => d.Id, d => d.Uid);
        return Rows().Concat(Pages().SelectMany(p => p.Readings)).Select(r => new StoredReading(uids[r.DeviceId], r.Ts, Value(r, 1), Value(r, 2), Value(r, 4)));

        static double? Value(KeyedReading reading, int quantity) => reading.Values.TryGetValue(quantity, out var value) ? value : null;
    }

    /// <summary>Every reading that is a row.</summary>
    public IEnumerable<KeyedReading> Rows() => Query(
        $"SELECT device_id, ts, {Number("temperature")}, {Number("humidity")}, more FROM readings;", row => new KeyedReading(row.GetInt32(0), row.GetInt64(1), Values(row)));

    /// <summary>Every page, decoded by other code than the program's.</summary>
    public IEnumerable<StoredPage> Pages() => Query(
        "SELECT id, quarters, head, body FROM pages WHERE length(body) > 0;", row => StoredPage.Decode(row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3)));

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

    // As docs/store-format.md describes a row.
    private static SortedDictionary<int, double> Values(SqliteDataReader row)
    {
        var values = new SortedDictionary<int, double>();
        for (var column = 2; column <= 3; column++)
        {
            if (!row.IsDBNull(column))
            {
                values.Add(column - 1, row.GetDouble(column));
            }
        }

        var more = row.IsDBNull(4) ? [] : row.GetFieldValue<byte[]>(4);
        for (var i = 0; i < more.Length; i += 9)
        {
            values.Add(more[i], BinaryPrimitives.ReadDoubleLittleEndian(more.AsSpan(i + 1)));
        }

        return values;
    }

    private int Scalar(string sql) => Query(sql, row => row.GetInt32(0)).Single();
}
