using System.Buffers.Binary;
using System.Data.Common;

namespace TechTemp.Faults.Books;

/// <summary>A reading as it is stored.</summary>
internal readonly record struct StoredReading(string Uid, long Ts, double? Temperature, double? Humidity, double? Co2 = null);

/// <summary>A row, or a reading of a page.</summary>
/// <param name="DeviceId">The store's key of the device.</param>
/// <param name="Ts">Unix milliseconds.</param>
/// <param name="Values">Its values by the quantities' ids.</param>
internal readonly record struct KeyedReading(int DeviceId, long Ts, IReadOnlyDictionary<int, double> Values);

/// <summary>Looks into a store from outside, without the programs' code.</summary>
internal abstract class Store : IDisposable
{
    /// <summary>SQL of a few bytes, in a statement that counts in <c>i</c>.</summary>
    public abstract string SomeBytes { get; }

    /// <summary>SQL of a column of readings: a temperature or a humidity.</summary>
    protected abstract string Number(string column);

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
    public int CountHeld() => Scalar("SELECT count(*) FROM rejected_messages WHERE is_held = true;");

    /// <summary>How many sessions of its ingest a broker may have.</summary>
    public int CountSessions() => Scalar("SELECT count(*) FROM broker_sessions;");

    /// <summary>The client id of its ingest.</summary>
    public string ClientId() => $"techtemp-ingest-{Query("SELECT uid FROM store_identity;", row => row.GetString(0)).Single()}";

    /// <summary>Every reading, of rows and pages.</summary>
    public IEnumerable<StoredReading> Readings()
    {
        var uids = Query("SELECT id, uid FROM devices;", row => (Id: row.GetInt32(0), Uid: row.GetString(1))).ToDictionary(d => d.Id, d => d.Uid);
        return Content().SelectMany(c => c.Page?.Readings ?? [c.Row]).Select(r => new StoredReading(uids[r.DeviceId], r.Ts, Value(r, 1), Value(r, 2), Value(r, 4)));

        static double? Value(KeyedReading reading, int quantity) => reading.Values.TryGetValue(quantity, out var value) ? value : null;
    }

    /// <summary>Every row, and every page instead of a row, decoded by other code than the program's. One statement: what is sealed meanwhile is in it once.</summary>
    public IEnumerable<(KeyedReading Row, StoredPage? Page)> Content() => Query(
        $"""
        SELECT device_id, ts, {Number("temperature")}, {Number("humidity")}, more, NULL FROM readings
        UNION ALL SELECT id, quarters, NULL, NULL, head, body FROM pages WHERE length(body) > 0;
        """,
        row => row.IsDBNull(5)
            ? (new KeyedReading(row.GetInt32(0), row.GetInt64(1), Values(row)), (StoredPage?)null)
            : (default, StoredPage.Decode(row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<byte[]>(4), row.GetFieldValue<byte[]>(5))));

    /// <summary>Makes devices with a long history, in rows, while nothing else happens in the store.</summary>
    /// <param name="prefix">What their ids begin with; a number follows.</param>
    /// <param name="devices">How many.</param>
    /// <param name="readings">How many readings each has; number i is <paramref name="step"/> · i milliseconds before the end.</param>
    /// <param name="step">The time between two readings, milliseconds.</param>
    /// <param name="end">The end, unix milliseconds.</param>
    public abstract void InsertHistory(string prefix, int devices, int readings, int step, long end);

    /// <summary>The store's own word on itself: <c>ok</c>, or what is wrong.</summary>
    public abstract string CheckIntegrity();

    /// <summary>Changes rows.</summary>
    public abstract void Execute(string sql);

    /// <summary>Reads rows.</summary>
    public abstract IEnumerable<T> Query<T>(string sql, Func<DbDataReader, T> read);

    /// <inheritdoc />
    public virtual void Dispose() => GC.SuppressFinalize(this);

    // As docs/store-format.md describes a row.
    private static SortedDictionary<int, double> Values(DbDataReader row)
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
