using Microsoft.Data.Sqlite;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Sqlite.Connections;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>
/// The quota of held readings: so many of each device and home, of so many devices. Beyond it the oldest of the same device are dropped,
/// never those of another one, and what was dropped is written down. Over one connection and inside its caller's
/// transaction; not thread-safe.
/// </summary>
internal sealed class HeldStatements : IDisposable
{
    private readonly SqliteCommand _count;
    private readonly SqliteCommand _holders;
    private readonly SqliteCommand _drop;
    private readonly SqliteCommand _record;
    private readonly SqliteCommand[] _commands;
    private readonly Dictionary<(string Device, string Home), long> _held = [];
    private readonly HashSet<(string Device, string Home)> _touched = [];
    private long? _deviceCount;

    public HeldStatements(SqliteConnection connection)
    {
        _count = connection.Prepare(
            "SELECT count(*) FROM rejected_messages WHERE is_held = 1 AND device_uid = $device AND home = $home;",
            ("$device", SqliteType.Text), ("$home", SqliteType.Text));
        _holders = connection.Prepare("SELECT count(*) FROM (SELECT DISTINCT device_uid, home FROM rejected_messages WHERE is_held = 1);");
        _drop = connection.Prepare(
            """
            DELETE FROM rejected_messages WHERE id IN (
                SELECT id FROM rejected_messages INDEXED BY IX_rejected_messages_held
                WHERE is_held = 1 AND device_uid = $device AND home = $home ORDER BY id LIMIT $rows);
            """,
            ("$device", SqliteType.Text), ("$home", SqliteType.Text), ("$rows", SqliteType.Integer));
        _record = connection.Prepare(
            """
            INSERT INTO held_drops (device_uid, home, count, last_at) VALUES ($device, $home, $count, $at)
            ON CONFLICT (device_uid, home) DO UPDATE SET count = count + excluded.count, last_at = excluded.last_at;
            """,
            ("$device", SqliteType.Text), ("$home", SqliteType.Text), ("$count", SqliteType.Integer), ("$at", SqliteType.Integer));
        _commands = [_count, _holders, _drop, _record];
    }

    /// <summary>Enters a transaction.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="forget">Whether somebody else has written since the last one.</param>
    public void Enter(SqliteTransaction transaction, bool forget)
    {
        foreach (var command in _commands)
        {
            command.Transaction = transaction;
        }

        if (forget)
        {
            _held.Clear();
            _deviceCount = null;
        }
    }

    /// <summary>Counts a message that is about to be kept.</summary>
    /// <param name="message">A reading that is to be held.</param>
    /// <param name="devices">How many devices may have held readings.</param>
    /// <returns>False when it is of one device too many.</returns>
    public bool TryHold(IncomingMessage message, int devices)
    {
        var device = (message.DeviceUid!, message.HomeId!);
        if (!_held.TryGetValue(device, out var held))
        {
            held = (long)_count.Bind(0, device.Item1).Bind(1, device.Item2).ExecuteScalar()!;
        }

        if (held == 0)
        {
            _deviceCount ??= (long)_holders.ExecuteScalar()!;
            if (_deviceCount >= devices)
            {
                return false;
            }

            _deviceCount++;
        }

        _held[device] = held + 1;
        _touched.Add(device);
        return true;
    }

    /// <summary>Drops what is beyond the quota of the devices counted since the last call, and writes down how much.</summary>
    /// <param name="perDevice">The quota.</param>
    /// <param name="now">Unix milliseconds UTC.</param>
    public IReadOnlyList<HeldLoss> Drop(int perDevice, long now)
    {
        List<HeldLoss>? losses = null;
        foreach (var device in _touched)
        {
            var excess = _held[device] - perDevice;
            if (excess > 0)
            {
                var dropped = _drop.Bind(0, device.Device).Bind(1, device.Home).Bind(2, excess).ExecuteNonQuery();
                _held[device] -= dropped;
                HeldLoss loss = new(device.Device, device.Home, dropped);
                Record(loss, now);
                (losses ??= []).Add(loss);
            }
        }

        _touched.Clear();
        return losses ?? [];
    }

    /// <summary>Writes down what was dropped.</summary>
    public void Record(HeldLoss loss, long now) => _record.Bind(0, loss.DeviceUid).Bind(1, loss.Home).Bind(2, loss.Count).Bind(3, now).ExecuteNonQuery();

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var command in _commands)
        {
            command.Dispose();
        }
    }
}
