using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Writing;
using TechTemp.Readings.Sequences;

namespace TechTemp.Data.Sqlite.Writing;

/// <summary>The prepared SQL of a session about devices.</summary>
internal sealed class DeviceStatements : IDisposable
{
    private const string SelectDevice =
        """
        SELECT d.id, d.uid, d.home, r.uid, d.highest_seq, d.raw_from, x.ts, x.temperature, x.humidity, x.more, d.last_seen_at, d.measures
        FROM devices d
        LEFT JOIN placements p ON p.device_id = d.id AND p.to_ts IS NULL
        LEFT JOIN rooms r ON r.id = p.room_id
        LEFT JOIN readings x ON x.device_id = d.id AND x.ts = (SELECT max(ts) FROM readings WHERE device_id = d.id)
        """;

    private readonly Statement _find;
    private readonly Statement _all;
    private readonly Statement _countUnprovisioned;
    private readonly Statement _create;
    private readonly Statement _save;
    private readonly Statement _gaps;
    private readonly Statement _clearGaps;
    private readonly Statement _addGap;
    private readonly Statement _calibrations;
    private readonly Statement _newestPage;
    private readonly Statement[] _statements;

    public DeviceStatements(SqliteConnection connection)
    {
        _find = new(connection, $"{SelectDevice} WHERE d.uid = ?1;");
        _all = new(connection, $"{SelectDevice};");
        _countUnprovisioned = new(connection, "SELECT count(*) FROM devices WHERE provisioned = 0;");
        _create = new(connection, "INSERT INTO devices (uid, home, label, provisioned, created_at) VALUES (?1, ?2, ?3, 0, ?4) RETURNING id;");
        _save = new(
            connection,
            """
            UPDATE devices SET last_seen_at = coalesce(max(last_seen_at, ?2), last_seen_at, ?2), highest_seq = ?3, measures = measures | ?4, home = coalesce(home, ?5)
            WHERE id = ?1;
            """);
        _gaps = new(connection, "SELECT first, last FROM sequence_gaps WHERE device_id = ?1 ORDER BY first;");
        _clearGaps = new(connection, "DELETE FROM sequence_gaps WHERE device_id = ?1;");
        _addGap = new(connection, "INSERT INTO sequence_gaps (device_id, first, last) VALUES (?1, ?2, ?3);");
        _calibrations = new(connection, StoredCalibrations.Sql);
        _newestPage = new(connection, PageTable.NewestSql);
        _statements = [_find, _all, _countUnprovisioned, _create, _save, _gaps, _clearGaps, _addGap, _calibrations, _newestPage];
    }

    public IReadOnlyList<KnownDevice> Find(IReadOnlyCollection<string> uids)
    {
        var devices = new List<KnownDevice>(uids.Count);
        foreach (var uid in uids)
        {
            Read(_find.Bind(1, uid), devices);
        }

        return devices;
    }

    public IReadOnlyList<KnownDevice> All()
    {
        var devices = new List<KnownDevice>();
        Read(_all, devices);
        return devices;
    }

    public long CountUnprovisioned() => _countUnprovisioned.Scalar();

    public KnownDevice Create(string uid, string? home, string label, long createdAt) =>
        new((int)_create.Bind(1, uid).Bind(2, home).Bind(3, label).Bind(4, createdAt).Scalar(), uid, new()) { Home = home };

    public void Save(IReadOnlyList<KnownDevice> devices)
    {
        foreach (var device in devices)
        {
            _save.Bind(1, device.Id).Bind(2, device.SeenAt).Bind(3, device.Sequence.Highest).Bind(4, device.Measures.Bits).Bind(5, device.Home).Execute();
            if (device.Sequence.GapsChanged)
            {
                WriteGaps(device);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }
    }

    private void Read(Statement select, List<KnownDevice> devices)
    {
        while (select.Step())
        {
            var id = (int)select.Long(0);
            var highest = select.LongOrNull(4);
            devices.Add(new(id, select.Text(1), new DeviceSequence(highest, highest is null ? [] : ReadGaps(id)))
            {
                Home = select.TextOrNull(2),
                RoomUid = select.TextOrNull(3),
                RawFrom = select.LongOrNull(5),
                LastSeenAt = select.LongOrNull(10),
                Measures = new(select.Long(11)),
                Newest = select.IsNull(6) ? null : new(select.Long(6), select.Values(7)),
                Calibrations = StoredCalibrations.Of(_calibrations, id),
                SealedTo = SealedTo(id),
            });
        }
    }

    private long SealedTo(int id)
    {
        var end = _newestPage.BindPages(id, 0, long.MaxValue).Step() ? _newestPage.Key().End : 0;
        _newestPage.Reset();
        return end;
    }

    private List<(long First, long Last)> ReadGaps(int id)
    {
        var gaps = new List<(long First, long Last)>();
        _gaps.Bind(1, id);
        while (_gaps.Step())
        {
            gaps.Add((_gaps.Long(0), _gaps.Long(1)));
        }

        return gaps;
    }

    private void WriteGaps(KnownDevice device)
    {
        _clearGaps.Bind(1, device.Id).Execute();
        foreach (var (first, last) in device.Sequence.Gaps)
        {
            _addGap.Bind(1, device.Id).Bind(2, first).Bind(3, last).Execute();
        }
    }
}
