using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Writing;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Sqlite.Writing;

/// <summary>The prepared SQL of a session about readings, in rows and in pages.</summary>
internal sealed class ReadingStatements(SqliteConnection connection) : IDisposable
{
    private readonly Statement _insert = new(
        connection,
        """
        INSERT INTO readings (device_id, ts, temperature, humidity, more, source)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING;
        """);

    private readonly Statement _find = new(connection, $"SELECT ts, {ReadingRow.ValueColumns} FROM readings WHERE device_id = ?1 AND ts = ?2;");
    private readonly Statement _findNewest = new(
        connection, $"SELECT ts, {ReadingRow.ValueColumns} FROM readings WHERE device_id = ?1 AND ts <= ?2 ORDER BY ts DESC LIMIT 1;");

    private readonly Statement _pages = new(connection, PageTable.BackwardSql);

    public void Insert(ReadOnlySpan<NewReading> readings, Span<bool> isNew)
    {
        for (var i = 0; i < readings.Length; i++)
        {
            ref readonly var reading = ref readings[i];
            isNew[i] = _insert.Bind(1, reading.DeviceId).Bind(2, reading.Ts).BindValues(3, reading.Measurement.Values).Bind(6, (long)reading.Source).Execute() != 0;
        }
    }

    public void Find(ReadOnlySpan<ReadingKey> keys, Span<Measurement?> found) => Find(_find, keys, found);

    public void FindNewest(ReadOnlySpan<ReadingKey> keys, Span<Measurement?> found) => Find(_findNewest, keys, found);

    public IReadOnlyList<Page> FindPages(IReadOnlyList<ReadingKey> keys)
    {
        var pages = new List<Page>();
        foreach (var key in keys)
        {
            if (pages.Count > 0 && pages[^1].Key.Holds(key.DeviceId, key.Ts))
            {
                continue;
            }

            // The one that begins last before it is the one that may hold it.
            if (_pages.BindPages(key.DeviceId, key.Ts, key.Ts).Step() && _pages.Key().Holds(key.DeviceId, key.Ts) && !_pages.Body().IsEmpty)
            {
                pages.Add(new(_pages.Key(), _pages.Head().ToArray(), _pages.Body().ToArray()));
            }

            _pages.Reset();
        }

        return pages;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _insert.Dispose();
        _find.Dispose();
        _findNewest.Dispose();
        _pages.Dispose();
    }

    private static void Find(Statement select, ReadOnlySpan<ReadingKey> keys, Span<Measurement?> found)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            found[i] = select.Bind(1, keys[i].DeviceId).Bind(2, keys[i].Ts).Step() ? new(select.Long(0), select.Values(1)) : null;
            select.Reset();
        }
    }
}
