using Microsoft.Data.Sqlite;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Pages;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Sqlite.Readings;

/// <summary>
/// The prepared SQL that stores readings, over one connection and inside its caller's transaction, with what it has
/// learned about devices. Not thread-safe.
/// </summary>
internal sealed class ReadingStatements : IDisposable
{
    private const int SqliteInternal = 2;

    private readonly Statement _insert;
    private readonly Statement _find;
    private readonly KnownDevices _devices;
    private readonly RejectionStatements _rejections;
    private readonly SealedReadings _sealed;

    public ReadingStatements(SqliteConnection connection, IngestOptions options, ReadingClock? clock = null)
    {
        _devices = new(connection, options, clock);
        _rejections = new(connection);
        _sealed = new(connection);
        _insert = new(
            connection,
            """
            INSERT INTO readings (device_id, ts, temperature, humidity, more, source)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING;
            """);
        _find = new(connection, "SELECT temperature, humidity, more FROM readings WHERE device_id = ?1 AND ts = ?2;");
    }

    /// <summary>See <see cref="KnownDevices.DataVersion"/>.</summary>
    public long DataVersion => _devices.DataVersion;

    /// <summary>Enters a transaction; one that stores holds the write lock.</summary>
    public void Enter(SqliteTransaction transaction)
    {
        var othersWrote = _devices.Enter(transaction);
        if (othersWrote)
        {
            _sealed.Forget();
        }

        _rejections.Enter(transaction, forget: othersWrote);
    }

    /// <summary>Stores one message's reading, or says why not.</summary>
    public Outcome Store(IncomingMessage message)
    {
        if (message.IsCleared)
        {
            return new(OutcomeKind.Ignored);
        }

        if (message.Rejection is { } invalid)
        {
            // Rejected for good: a device that counts need not send it again. Its home must be right for it to be that device's.
            if (message.Sequence is not null && _devices.Find(message.DeviceUid!) is { } sender && sender.Home == message.HomeId)
            {
                Settle(sender, message, new(OutcomeKind.Rejected, invalid));
            }

            return new(OutcomeKind.Rejected, invalid);
        }

        if (_devices.Resolve(message, out var device) is { } refused)
        {
            return new(OutcomeKind.Rejected, refused);
        }

        var outcome = Insert(device!, message);
        if (outcome.Rejection is null)
        {
            // The other values of it are stored.
            outcome = outcome with { Rejection = message.ValueRejection };
        }

        Settle(device!, message, outcome);
        return outcome;
    }

    /// <summary>Keeps a refused MQTT message.</summary>
    /// <returns>False when it was kept before, and is only a redelivery.</returns>
    public bool KeepRejected(IncomingMessage message, Rejection rejection, RetentionOptions limits) => _rejections.Keep(
        message, rejection, limits, isOfKnownDevice: rejection.Reason == RejectionReasons.InFuture && _devices.Find(message.DeviceUid!)?.Home == message.HomeId);

    /// <summary>Drops what is beyond the quota of held readings, device by device.</summary>
    public IReadOnlyList<HeldLoss> DropHeld(int perDevice, long now) => _rejections.DropHeld(perDevice, now);

    /// <summary>Drops the oldest refused messages beyond this many rows; held ones are not among them.</summary>
    /// <returns>How many were dropped.</returns>
    public int DropRejected(int rows) => _rejections.Drop(rows);

    /// <summary>Writes what the messages changed about their devices.</summary>
    /// <returns>The states of the devices that a message was stored or numbered for.</returns>
    public IReadOnlyList<DeviceState> Leave() => _devices.Leave();

    /// <summary>See <see cref="KnownDevices.AnyAhead"/>.</summary>
    public bool AnyAhead => _devices.AnyAhead;

    /// <summary>Every device's state, as committed.</summary>
    public IReadOnlyList<DeviceState> States() => _devices.States();

    /// <inheritdoc />
    public void Dispose()
    {
        _insert.Dispose();
        _find.Dispose();
        _devices.Dispose();
        _rejections.Dispose();
        _sealed.Dispose();
    }

    private Outcome Insert(KnownDevice device, IncomingMessage message)
    {
        var measurement = message.Measurement;
        if (measurement.Ts < device.RawFrom)
        {
            return new(OutcomeKind.Rejected, new(
                RejectionReasons.TooOld, $"device {device.Uid} keeps no single readings before {device.RawFrom} any more, was {measurement.Ts}"));
        }

        try
        {
            if (_sealed.Find(device.Id, measurement.Ts) is { } stored)
            {
                return Compare(device, stored, measurement);
            }
        }
        catch (PageDamagedException e)
        {
            // Whether it came before cannot be told. Here, because it says nothing of the store as a whole: no other message of the batch is concerned.
            return new(OutcomeKind.Rejected, StoreFailure.NotStorable(e));
        }

        _insert.Bind(1, device.Id).Bind(2, measurement.Ts).BindValues(3, measurement.Values).Bind(6, (long)message.Source);
        if (_insert.Execute() == 0)
        {
            return Compare(device, Find(device, measurement), measurement);
        }

        return new(OutcomeKind.Stored, Late: device.Accept(measurement, message.ReceivedAt));
    }

    private Measurement Find(KnownDevice device, in Measurement measurement)
    {
        if (!_find.Bind(1, device.Id).Bind(2, measurement.Ts).Step())
        {
            // Neither stored nor there: whatever the reason, it must not be acknowledged.
            throw new SqliteStoreException($"The store did not take a reading of device {device.Uid} and has none with ts {measurement.Ts}.", SqliteInternal);
        }

        var stored = new Measurement(measurement.Ts, _find.Values(0));
        _find.Reset();
        return stored;
    }

    private static Outcome Compare(KnownDevice device, in Measurement stored, in Measurement measurement) =>
        stored == measurement
            ? new(OutcomeKind.Duplicate)
            : new(OutcomeKind.Rejected, new(RejectionReasons.Conflict, $"device {device.Uid} has another reading with ts {measurement.Ts}; the first one stays"));

    private void Settle(KnownDevice device, IncomingMessage message, in Outcome outcome)
    {
        device.Count(message, isNewest: outcome is { Kind: OutcomeKind.Stored, Late: false });
        // A duplicate is told of as well: whoever sends it has not heard that it is stored.
        if (outcome.Kind != OutcomeKind.Rejected || message.Sequence is not null)
        {
            _devices.Touch(device);
        }
    }
}
