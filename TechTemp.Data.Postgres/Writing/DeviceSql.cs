using System.Data.Common;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Postgres.Rows;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Sequences;

namespace TechTemp.Data.Postgres.Writing;

/// <summary>The SQL about devices. What the rules need of the devices of a batch is one round trip.</summary>
internal sealed class DeviceSql(TransactionSql sql)
{
    private const string OfUids = "WHERE d.uid = ANY ($1)";

    // Alone and first: the statements after it see what was committed while it waited. Keys stay unchanged, so readings may refer to the devices meanwhile.
    private const string LockSql = $"SELECT d.id FROM devices d {OfUids} ORDER BY d.id FOR NO KEY UPDATE;";

    private const string GapsSql = "SELECT g.device_id, g.first, g.last FROM sequence_gaps g JOIN devices d ON d.id = g.device_id {0} ORDER BY g.device_id, g.first;";

    private const string CalibrationsSql =
        """
        SELECT c.device_id, c.from_ts, c.temperature_offset, c.humidity_offset, c.more
        FROM calibrations c JOIN devices d ON d.id = c.device_id {0} ORDER BY c.device_id, c.from_ts;
        """;

    private static readonly string s_devicesSql =
        $$"""
        SELECT d.id, d.uid, d.home, r.uid, d.highest_seq, d.raw_from, x.ts, x.temperature, x.humidity, x.more, d.last_seen_at, d.measures, g.id, g.quarters
        FROM devices d
        LEFT JOIN placements p ON p.device_id = d.id AND p.to_ts IS NULL
        LEFT JOIN rooms r ON r.id = p.room_id
        LEFT JOIN LATERAL (SELECT * FROM readings WHERE device_id = d.id ORDER BY ts DESC LIMIT 1) x ON true
        LEFT JOIN LATERAL (
            SELECT id, quarters FROM pages
            WHERE id BETWEEN (d.id::bigint << {{PageKey.StepBits}}) AND (d.id::bigint << {{PageKey.StepBits}}) + {{PageKey.LastStep}} AND octet_length(body) > 0
            ORDER BY id DESC LIMIT 1) g ON true
        {0};
        """;

    private const string CreateSql =
        """
        INSERT INTO devices (uid, home, label, provisioned, created_at, measures) VALUES ($1, $2, $3, false, $4, 0)
        ON CONFLICT (uid) DO NOTHING RETURNING id;
        """;

    private const string SaveSql =
        """
        UPDATE devices d
        SET last_seen_at = greatest(d.last_seen_at, s.seen_at), highest_seq = s.highest_seq, measures = d.measures | s.measures, home = coalesce(d.home, s.home)
        FROM unnest($1, $2, $3, $4, $5) AS s (id, seen_at, highest_seq, measures, home) WHERE d.id = s.id;
        """;

    public async ValueTask<IReadOnlyList<KnownDevice>> FindAsync(string[] uids, CancellationToken cancellationToken)
    {
        while (true)
        {
            var locked = new HashSet<int>();
            var rows = new Rows();
            await sql.ReadAsync(
                [(LockSql, row => locked.Add(row.GetInt32(0))), .. rows.Statements(OfUids)],
                () => [TransactionSql.Of(uids)],
                cancellationToken);
            // A device that another one created between two of the statements is found, but not locked, and its gaps may be older than it is.
            if (rows.Devices.TrueForAll(d => locked.Contains(d.Id)))
            {
                return rows.Devices;
            }
        }
    }

    public async ValueTask<IReadOnlyList<KnownDevice>> AllAsync(CancellationToken cancellationToken)
    {
        var rows = new Rows();
        await sql.ReadAsync(rows.Statements(""), () => [], cancellationToken);
        return rows.Devices;
    }

    public ValueTask<long> CountUnprovisionedAsync(CancellationToken cancellationToken) =>
        sql.NumberAsync("SELECT count(*) FROM devices WHERE NOT provisioned;", cancellationToken);

    public async ValueTask<KnownDevice> CreateAsync(string uid, string? home, string label, long createdAt, CancellationToken cancellationToken)
    {
        int? id = null;
        await sql.ReadAsync(
            CreateSql,
            row => id = row.GetInt32(0),
            cancellationToken,
            TransactionSql.Of(uid), TransactionSql.Of(home), TransactionSql.Of(label), TransactionSql.Of(createdAt));
        return id is { } created ? new(created, uid, new()) { Home = home } : (await FindAsync([uid], cancellationToken))[0];
    }

    public async ValueTask SaveAsync(IReadOnlyList<KnownDevice> devices, CancellationToken cancellationToken)
    {
        await sql.ExecuteAsync(
            SaveSql,
            cancellationToken,
            TransactionSql.Of(devices.Select(d => d.Id).ToArray()),
            TransactionSql.Of(devices.Select(d => d.SeenAt).ToArray()),
            TransactionSql.Of(devices.Select(d => d.Sequence.Highest).ToArray()),
            TransactionSql.Of(devices.Select(d => d.Measures.Bits).ToArray()),
            TransactionSql.Of(devices.Select(d => d.Home).ToArray()));
        var changed = devices.Where(d => d.Sequence.GapsChanged).ToList();
        if (changed.Count > 0)
        {
            await SaveGapsAsync(changed, cancellationToken);
        }
    }

    private async ValueTask SaveGapsAsync(List<KnownDevice> devices, CancellationToken cancellationToken)
    {
        var gaps = devices.SelectMany(d => d.Sequence.Gaps.Select(g => (d.Id, g.First, g.Last))).ToList();
        await sql.ExecuteAsync("DELETE FROM sequence_gaps WHERE device_id = ANY ($1);", cancellationToken, TransactionSql.Of(devices.Select(d => d.Id).ToArray()));
        await sql.ExecuteAsync(
            "INSERT INTO sequence_gaps (device_id, first, last) SELECT * FROM unnest($1, $2, $3);",
            cancellationToken,
            TransactionSql.Of(gaps.Select(g => g.Id).ToArray()), TransactionSql.Of(gaps.Select(g => g.First).ToArray()), TransactionSql.Of(gaps.Select(g => g.Last).ToArray()));
    }

    // The rows of three tables on their way to devices: gaps and calibrations come before what they belong to.
    private sealed class Rows
    {
        private readonly Dictionary<int, List<(long First, long Last)>> _gaps = [];
        private readonly Dictionary<int, List<(long From, Correction Correction)>> _calibrations = [];

        public List<KnownDevice> Devices { get; } = [];

        public IReadOnlyList<(string Sql, Action<DbDataReader> Read)> Statements(string condition) =>
        [
            (GapsSql.Replace("{0}", condition, StringComparison.Ordinal), row => Add(_gaps, row.GetInt32(0), (row.GetInt64(1), row.GetInt64(2)))),
            (CalibrationsSql.Replace("{0}", condition, StringComparison.Ordinal), row => Add(_calibrations, row.GetInt32(0), (row.GetInt64(1), row.Correction(2)))),
            (s_devicesSql.Replace("{0}", condition, StringComparison.Ordinal), row => Devices.Add(Device(row))),
        ];

        private static void Add<T>(Dictionary<int, List<T>> lists, int device, T item)
        {
            if (!lists.TryGetValue(device, out var list))
            {
                lists[device] = list = [];
            }

            list.Add(item);
        }

        private KnownDevice Device(DbDataReader row)
        {
            var id = row.GetInt32(0);
            return new(id, row.GetString(1), new DeviceSequence(row.LongOrNull(4), _gaps.GetValueOrDefault(id, [])))
            {
                Home = row.TextOrNull(2),
                RoomUid = row.TextOrNull(3),
                RawFrom = row.LongOrNull(5),
                LastSeenAt = row.LongOrNull(10),
                Measures = new(row.GetInt64(11)),
                Newest = row.IsDBNull(6) ? null : new(row.GetInt64(6), row.Values(7)),
                Calibrations = _calibrations.TryGetValue(id, out var calibrations) ? new(calibrations) : CalibrationHistory.None,
                SealedTo = row.LongOrNull(12) is { } page ? PageKey.StartOf(page) + (row.GetInt32(13) * PageKey.Step) : 0,
            };
        }
    }
}
