using Microsoft.Data.Sqlite;
using TechTemp.Data.Devices;
using TechTemp.Data.Rejections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Readings;

/// <summary>
/// The prepared SQL that stores readings, over one connection and inside its caller's transaction, with what it has
/// learned about devices. Not thread-safe.
/// </summary>
internal sealed class ReadingStatements : IDisposable
{
    private readonly SqliteCommand _dataVersion;
    private readonly SqliteCommand _findDevice;
    private readonly SqliteCommand _createDevice;
    private readonly SqliteCommand _setHome;
    private readonly SqliteCommand _setLastSeen;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _find;
    private readonly SqliteCommand _keepRejected;
    private readonly SqliteCommand _dropRejected;
    private readonly SqliteCommand[] _all;

    private readonly Dictionary<string, KnownDevice> _devices = [];
    private readonly List<KnownDevice> _touched = [];
    private readonly UnknownDevices _unknownDevices;
    private long _seenDataVersion = -1;

    public ReadingStatements(SqliteConnection connection, UnknownDevices unknownDevices)
    {
        _unknownDevices = unknownDevices;
        _dataVersion = connection.Prepare("PRAGMA data_version;");
        _findDevice = connection.Prepare(
            """
            SELECT d.id, d.home, r.uid, x.ts, x.temperature, x.humidity
            FROM devices d
            LEFT JOIN placements p ON p.device_id = d.id AND p.to_ts IS NULL
            LEFT JOIN rooms r ON r.id = p.room_id
            LEFT JOIN readings x ON x.device_id = d.id AND x.ts = (SELECT max(ts) FROM readings WHERE device_id = d.id)
            WHERE d.uid = $uid;
            """,
            ("$uid", SqliteType.Text));
        _createDevice = connection.Prepare(
            """
            INSERT INTO devices (uid, home, label, provisioned, created_at) VALUES ($uid, $home, $label, 0, $created_at)
            RETURNING id;
            """,
            ("$uid", SqliteType.Text), ("$home", SqliteType.Text), ("$label", SqliteType.Text), ("$created_at", SqliteType.Integer));
        _setHome = connection.Prepare(
            "UPDATE devices SET home = $home WHERE id = $id;",
            ("$id", SqliteType.Integer), ("$home", SqliteType.Text));
        _setLastSeen = connection.Prepare(
            "UPDATE devices SET last_seen_at = max(coalesce(last_seen_at, $ts), $ts) WHERE id = $id;",
            ("$id", SqliteType.Integer), ("$ts", SqliteType.Integer));
        _insert = connection.Prepare(
            """
            INSERT INTO readings (device_id, ts, temperature, humidity, source)
            VALUES ($device_id, $ts, $temperature, $humidity, $source) ON CONFLICT DO NOTHING;
            """,
            ("$device_id", SqliteType.Integer), ("$ts", SqliteType.Integer), ("$temperature", SqliteType.Real),
            ("$humidity", SqliteType.Real), ("$source", SqliteType.Integer));
        _find = connection.Prepare(
            "SELECT temperature, humidity FROM readings WHERE device_id = $device_id AND ts = $ts;",
            ("$device_id", SqliteType.Integer), ("$ts", SqliteType.Integer));
        _keepRejected = connection.Prepare(
            """
            INSERT INTO rejected_messages (received_at, topic, device_uid, payload, payload_size, reason, detail)
            VALUES ($received_at, $topic, $device_uid, $payload, $payload_size, $reason, $detail);
            """,
            ("$received_at", SqliteType.Integer), ("$topic", SqliteType.Text), ("$device_uid", SqliteType.Text),
            ("$payload", SqliteType.Blob), ("$payload_size", SqliteType.Integer), ("$reason", SqliteType.Text), ("$detail", SqliteType.Text));
        // Ids rise without reuse: as long as they span no more than that many there is nothing to count. Replayed messages
        // leave gaps, so the span may be wider than the rows are many.
        _dropRejected = connection.Prepare(
            """
            DELETE FROM rejected_messages
            WHERE (SELECT max(id) FROM rejected_messages) - (SELECT min(id) FROM rejected_messages) >= $rows
            AND id <= (SELECT id FROM rejected_messages ORDER BY id DESC LIMIT 1 OFFSET $rows);
            """,
            ("$rows", SqliteType.Integer));
        _all = [_dataVersion, _findDevice, _createDevice, _setHome, _setLastSeen, _insert, _find, _keepRejected, _dropRejected];
    }

    /// <summary>Enters a transaction that holds the write lock. What other connections changed since the last one is forgotten here.</summary>
    public void Enter(SqliteTransaction transaction)
    {
        foreach (var command in _all)
        {
            command.Transaction = transaction;
        }

        // Changes whenever another connection, of this process or another, has committed: https://sqlite.org/pragma.html#pragma_data_version
        var dataVersion = (long)_dataVersion.ExecuteScalar()!;
        if (dataVersion != _seenDataVersion)
        {
            _devices.Clear();
            _seenDataVersion = dataVersion;
        }
    }

    /// <summary>Stores one message's reading, or says why not.</summary>
    public Outcome Store(IncomingMessage message)
    {
        if (message.Rejection is { } invalid)
        {
            return new(OutcomeKind.Rejected, invalid);
        }

        if (Resolve(message, out var device) is { } refused)
        {
            return new(OutcomeKind.Rejected, refused);
        }

        var measurement = message.Measurement;
        _insert.Bind(0, device.Id).Bind(1, measurement.Ts).Bind(2, measurement.Temperature).Bind(3, measurement.Humidity).Bind(4, (int)message.Source);
        if (_insert.ExecuteNonQuery() == 0)
        {
            return Compare(device, measurement);
        }

        var late = measurement.Ts < device.Newest?.Ts;
        device.Accept(measurement, message.ReceivedAt);
        if (!device.Touched)
        {
            device.Touched = true;
            _touched.Add(device);
        }

        return new(OutcomeKind.Stored, Late: late);
    }

    /// <summary>Keeps a refused MQTT message.</summary>
    public void KeepRejected(IncomingMessage message, Rejection rejection)
    {
        var kept = message.Payload[..Math.Min(message.Payload.Length, RejectedMessage.MaxPayloadBytes)];
        _keepRejected
            .Bind(0, message.ReceivedAt).Bind(1, message.Topic).Bind(2, message.DeviceUid).Bind(3, kept.ToArray())
            .Bind(4, message.Payload.Length).Bind(5, rejection.Reason).Bind(6, rejection.Detail)
            .ExecuteNonQuery();
    }

    /// <summary>Drops the oldest refused messages beyond this many rows.</summary>
    /// <returns>How many were dropped.</returns>
    public int DropRejected(int rows) => _dropRejected.Bind(0, rows).ExecuteNonQuery();

    /// <summary>Writes what the stored readings changed about their devices.</summary>
    /// <returns>The newest reading of each device that a reading was stored for.</returns>
    public IReadOnlyList<DeviceState> Leave()
    {
        var states = new DeviceState[_touched.Count];
        for (var i = 0; i < states.Length; i++)
        {
            var device = _touched[i];
            _setLastSeen.Bind(0, device.Id).Bind(1, device.SeenAt).ExecuteNonQuery();
            states[i] = State(device);
            device.Touched = false;
        }

        _touched.Clear();
        return states;
    }

    /// <summary>The newest reading of every device that has one.</summary>
    public IReadOnlyList<DeviceState> States(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT uid FROM devices;");
        using var reader = command.ExecuteReader();
        var uids = new List<string>();
        while (reader.Read())
        {
            uids.Add(reader.GetString(0));
        }

        return [.. uids.Select(Find).Where(device => device?.Newest is not null).Select(device => State(device!))];
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var command in _all)
        {
            command.Dispose();
        }
    }

    private Rejection? Resolve(IncomingMessage message, out KnownDevice device)
    {
        var uid = message.DeviceUid!;
        if (!_devices.TryGetValue(uid, out device!))
        {
            device = Find(uid)!;
            if (device is null)
            {
                if (_unknownDevices == UnknownDevices.Hold)
                {
                    return new(RejectionReasons.UnknownDevice, $"device {uid} is not provisioned; its readings are held until it is");
                }

                device = Create(uid, message);
            }

            _devices.Add(uid, device);
        }

        if (message.HomeId is null || message.HomeId == device.Home)
        {
            return null;
        }

        if (device.Home is null)
        {
            _setHome.Bind(0, device.Id).Bind(1, message.HomeId).ExecuteNonQuery();
            device.Home = message.HomeId;
            return null;
        }

        return new(RejectionReasons.HomeMismatch, $"device {uid} belongs to home {device.Home}, not {message.HomeId}");
    }

    private KnownDevice? Find(string uid)
    {
        using var reader = _findDevice.Bind(0, uid).ExecuteReader();
        if (!reader.Read())
        {
            return null;
        }

        return new KnownDevice(reader.GetInt32(0), uid)
        {
            Home = reader.StringOrNull(1),
            RoomUid = reader.StringOrNull(2),
            Newest = reader.IsDBNull(3) ? null : new(reader.GetInt64(3), reader.GetDouble(4), reader.GetDouble(5)),
        };
    }

    private static DeviceState State(KnownDevice device)
    {
        var newest = device.Newest!.Value;
        return new(device.Home, device.Uid, device.RoomUid, newest.Ts, newest.Temperature, newest.Humidity);
    }

    private KnownDevice Create(string uid, IncomingMessage message)
    {
        _createDevice.Bind(0, uid).Bind(1, message.HomeId).Bind(2, Device.AutoDiscoveredLabel).Bind(3, message.ReceivedAt);
        return new KnownDevice((int)(long)_createDevice.ExecuteScalar()!, uid) { Home = message.HomeId };
    }

    private Outcome Compare(KnownDevice device, in Measurement measurement)
    {
        using var reader = _find.Bind(0, device.Id).Bind(1, measurement.Ts).ExecuteReader();
        reader.Read();
        return reader.GetDouble(0) == measurement.Temperature && reader.GetDouble(1) == measurement.Humidity
            ? new(OutcomeKind.Duplicate)
            : new(OutcomeKind.Rejected, new(RejectionReasons.Conflict, $"device {device.Uid} has another reading with ts {measurement.Ts}; the first one stays"));
    }

    private sealed class KnownDevice(int id, string uid)
    {
        public int Id => id;

        public string Uid => uid;

        public string? Home { get; set; }

        public string? RoomUid { get; init; }

        public Measurement? Newest { get; set; }

        /// <summary>The newest event time of the readings stored by this transaction, none later than its receipt.</summary>
        public long SeenAt { get; private set; }

        public bool Touched { get; set; }

        public void Accept(in Measurement measurement, long receivedAt)
        {
            if (Newest is null || measurement.Ts > Newest.Value.Ts)
            {
                Newest = measurement;
            }

            SeenAt = Math.Max(SeenAt, Math.Min(measurement.Ts, receivedAt));
        }
    }
}
