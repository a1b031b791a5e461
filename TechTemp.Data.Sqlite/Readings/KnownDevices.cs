using Microsoft.Data.Sqlite;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>
/// The devices, as the writer of readings needs them: looked up once, remembered until another connection commits, written
/// back at the end of each transaction. Over one connection, not thread-safe.
/// </summary>
internal sealed class KnownDevices : IDisposable
{
    private const string SelectDevice =
        """
        SELECT d.id, d.uid, d.home, r.uid, d.highest_seq, d.raw_from, x.ts, x.temperature, x.humidity, x.more, d.last_seen_at, d.measures
        FROM devices d
        LEFT JOIN placements p ON p.device_id = d.id AND p.to_ts IS NULL
        LEFT JOIN rooms r ON r.id = p.room_id
        LEFT JOIN readings x ON x.device_id = d.id AND x.ts = (SELECT max(ts) FROM readings WHERE device_id = d.id)
        """;

    private readonly SqliteCommand _dataVersion;
    private readonly SqliteCommand _find;
    private readonly SqliteCommand _all;
    private readonly SqliteCommand _countUnprovisioned;
    private readonly SqliteCommand _create;
    private readonly SqliteCommand _setHome;
    private readonly SqliteCommand _update;
    private readonly Statement _calibrations;
    private readonly SqliteCommand _gaps;
    private readonly SqliteCommand _clearGaps;
    private readonly SqliteCommand _addGap;
    private readonly SqliteCommand[] _commands;

    private readonly Dictionary<string, KnownDevice> _devices = [];
    private readonly List<KnownDevice> _touched = [];
    private readonly IngestOptions _options;
    private readonly ReadingClock? _clock;
    private readonly Statement _newestShown;
    private long? _unprovisioned;

    public KnownDevices(SqliteConnection connection, IngestOptions options, ReadingClock? clock)
    {
        (_options, _clock) = (options, clock);
        _newestShown = new(connection, "SELECT ts, temperature, humidity, more FROM readings WHERE device_id = ?1 AND ts <= ?2 ORDER BY ts DESC LIMIT 1;");
        _dataVersion = connection.Prepare("PRAGMA data_version;");
        _find = connection.Prepare($"{SelectDevice} WHERE d.uid = $uid;", ("$uid", SqliteType.Text));
        _all = connection.Prepare($"{SelectDevice};");
        _countUnprovisioned = connection.Prepare("SELECT count(*) FROM devices WHERE provisioned = 0;");
        _create = connection.Prepare(
            """
            INSERT INTO devices (uid, home, label, provisioned, created_at) VALUES ($uid, $home, $label, 0, $created_at)
            RETURNING id;
            """,
            ("$uid", SqliteType.Text), ("$home", SqliteType.Text), ("$label", SqliteType.Text), ("$created_at", SqliteType.Integer));
        _setHome = connection.Prepare(
            "UPDATE devices SET home = $home WHERE id = $id;",
            ("$id", SqliteType.Integer), ("$home", SqliteType.Text));
        _update = connection.Prepare(
            """
            UPDATE devices SET last_seen_at = coalesce(max(last_seen_at, $seen_at), last_seen_at, $seen_at), highest_seq = $highest_seq,
                measures = measures | $measures
            WHERE id = $id;
            """,
            ("$id", SqliteType.Integer), ("$seen_at", SqliteType.Integer), ("$highest_seq", SqliteType.Integer), ("$measures", SqliteType.Integer));
        _calibrations = new(connection, StoredCalibrations.Sql);
        _gaps = connection.Prepare("SELECT first, last FROM sequence_gaps WHERE device_id = $id ORDER BY first;", ("$id", SqliteType.Integer));
        _clearGaps = connection.Prepare("DELETE FROM sequence_gaps WHERE device_id = $id;", ("$id", SqliteType.Integer));
        _addGap = connection.Prepare(
            "INSERT INTO sequence_gaps (device_id, first, last) VALUES ($id, $first, $last);",
            ("$id", SqliteType.Integer), ("$first", SqliteType.Integer), ("$last", SqliteType.Integer));
        _commands = [_dataVersion, _find, _all, _countUnprovisioned, _create, _setHome, _update, _gaps, _clearGaps, _addGap];
    }

    /// <summary>Changes whenever another connection, of this process or another, has committed: https://sqlite.org/pragma.html#pragma_data_version</summary>
    public long DataVersion { get; private set; } = -1;

    /// <summary>Enters a transaction. What other connections changed since the last one is forgotten here.</summary>
    /// <returns>Whether any has.</returns>
    public bool Enter(SqliteTransaction transaction)
    {
        foreach (var command in _commands)
        {
            command.Transaction = transaction;
        }

        var dataVersion = (long)_dataVersion.ExecuteScalar()!;
        if (dataVersion == DataVersion)
        {
            return false;
        }

        _devices.Clear();
        _unprovisioned = null;
        DataVersion = dataVersion;
        return true;
    }

    /// <summary>The device of a message with a valid topic; one that is unknown is created where that is allowed.</summary>
    /// <param name="message">The message.</param>
    /// <param name="device">The device; null when refused.</param>
    /// <returns>Why it may not store readings; null when it may.</returns>
    public Rejection? Resolve(IncomingMessage message, out KnownDevice? device)
    {
        var uid = message.DeviceUid!;
        device = Find(uid);
        if (device is null)
        {
            if (_options.UnknownDevices == UnknownDevices.Hold)
            {
                return new(RejectionReasons.UnknownDevice, $"device {uid} is not provisioned; its readings are held until it is");
            }

            // Counted only where a device would be created, and once for as long as nobody else writes.
            _unprovisioned ??= (long)_countUnprovisioned.ExecuteScalar()!;
            if (_unprovisioned >= _options.MaxAutoRegistered)
            {
                return new(
                    RejectionReasons.UnknownDevice,
                    $"device {uid} is not provisioned, and there are {_options.MaxAutoRegistered} such devices (Ingest:MaxAutoRegistered) already; its readings are held until it is");
            }

            device = Create(uid, message);
            _unprovisioned++;
        }

        if (message.HomeId is null || message.HomeId == device.Home)
        {
            return null;
        }

        if (device.Home is { } home)
        {
            device = null;
            return new(RejectionReasons.HomeMismatch, $"device {uid} belongs to home {home}, not {message.HomeId}");
        }

        _setHome.Bind(0, device.Id).Bind(1, message.HomeId).ExecuteNonQuery();
        device.Home = message.HomeId;
        return null;
    }

    /// <summary>A device by its uid; null when it is unknown.</summary>
    public KnownDevice? Find(string uid)
    {
        if (_devices.TryGetValue(uid, out var known))
        {
            return known;
        }

        var found = Select(_find.Bind(0, uid));
        if (found is not [var device])
        {
            return null;
        }

        _devices.Add(uid, device);
        return device;
    }

    /// <summary>Whether a device whose newest reading is of the future was seen since the last <see cref="States"/>, or by it: its state changes with time alone.</summary>
    public bool AnyAhead { get; private set; }

    /// <summary>Every device's state, as committed.</summary>
    public IReadOnlyList<DeviceState> States()
    {
        AnyAhead = false;
        return [.. Select(_all).Select(StateOf).OfType<DeviceState>()];
    }

    /// <summary>Marks a device to be written back, and told of, at the end.</summary>
    public void Touch(KnownDevice device)
    {
        if (!device.IsTouched)
        {
            device.IsTouched = true;
            _touched.Add(device);
        }
    }

    /// <summary>Writes what the transaction changed about its devices.</summary>
    /// <returns>The states of the devices touched.</returns>
    public IReadOnlyList<DeviceState> Leave()
    {
        var states = new List<DeviceState>(_touched.Count);
        foreach (var device in _touched)
        {
            _update.Bind(0, device.Id).Bind(1, device.SeenAt).Bind(2, device.Sequence.Highest).Bind(3, device.Measures.Bits).ExecuteNonQuery();
            WriteGaps(device);
            device.Leave();
            if (StateOf(device) is { } state)
            {
                states.Add(state);
            }
        }

        _touched.Clear();
        return states;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var command in _commands)
        {
            command.Dispose();
        }

        _calibrations.Dispose();
        _newestShown.Dispose();
    }

    // As of its newest reading that is not of the future; as of the newest one where it has no other and must be told what is acknowledged.
    private DeviceState? StateOf(KnownDevice device)
    {
        if (device.Newest is not { } newest)
        {
            return null;
        }

        if (_clock is null || newest.Ts <= _clock.ShownUpTo || newest.Ts <= device.LastSeenAt + _clock.Tolerance)
        {
            return device.StateOf(newest);
        }

        AnyAhead = true;
        _newestShown.Bind(1, device.Id).Bind(2, Math.Max(_clock.ShownUpTo, (device.LastSeenAt ?? 0) + _clock.Tolerance));
        DeviceState? state = _newestShown.Step() ? device.StateOf(new(_newestShown.Long(0), _newestShown.Values(1)))
            : device.Acked is not null ? device.StateOf(newest)
            : null;
        _newestShown.Reset();
        return state;
    }

    private List<KnownDevice> Select(SqliteCommand command)
    {
        var devices = new List<KnownDevice>();
        using var reader = command.Rows();
        while (reader.Read())
        {
            var id = reader.GetInt32(0);
            var highest = reader.LongOrNull(4);
            devices.Add(new(id, reader.GetString(1), new(highest, highest is null ? [] : ReadGaps(id)))
            {
                Home = reader.StringOrNull(2),
                RoomUid = reader.StringOrNull(3),
                RawFrom = reader.LongOrNull(5),
                LastSeenAt = reader.LongOrNull(10),
                Measures = new(reader.GetInt64(11)),
                Newest = reader.IsDBNull(6) ? null : new(reader.GetInt64(6), reader.Values(7)),
                Calibrations = StoredCalibrations.Of(_calibrations, id),
            });
        }

        return devices;
    }

    private List<(long First, long Last)> ReadGaps(int id)
    {
        var gaps = new List<(long First, long Last)>();
        using var reader = _gaps.Bind(0, id).Rows();
        while (reader.Read())
        {
            gaps.Add((reader.GetInt64(0), reader.GetInt64(1)));
        }

        return gaps;
    }

    private void WriteGaps(KnownDevice device)
    {
        if (!device.Sequence.GapsChanged)
        {
            return;
        }

        _clearGaps.Bind(0, device.Id).ExecuteNonQuery();
        foreach (var (first, last) in device.Sequence.Gaps)
        {
            _addGap.Bind(0, device.Id).Bind(1, first).Bind(2, last).ExecuteNonQuery();
        }

        device.Sequence.GapsWritten();
    }

    private KnownDevice Create(string uid, IncomingMessage message)
    {
        _create.Bind(0, uid).Bind(1, message.HomeId).Bind(2, Device.AutoDiscoveredLabel).Bind(3, message.ReceivedAt);
        var device = new KnownDevice((int)(long)_create.ExecuteScalar()!, uid, new()) { Home = message.HomeId };
        _devices.Add(uid, device);
        return device;
    }
}
