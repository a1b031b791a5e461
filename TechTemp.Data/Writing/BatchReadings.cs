using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Writing;

/// <summary>
/// The readings of one batch on their way into the store: inserted in the order of their keys, and compared with what is stored where they are not new.
/// Of two with the same key the first in the batch is stored. Its arrays are used again for the next batch. Not thread-safe.
/// </summary>
internal sealed class BatchReadings
{
    private readonly SealedReadings _sealed = new();
    private readonly List<int> _late = [];
    private NewReading[] _added = [];
    private Order[] _order = [];
    // In the order of their keys, each key once.
    private NewReading[] _readings = [];
    private NewReading[] _inserts = [];
    private bool[] _isNew = [];
    private ReadingKey[] _keys = [];
    private Measurement?[] _stored = [];
    // By their places in the batch: where in _readings the first one of the same key is.
    private int[] _firsts = [];
    private (Measurement? Stored, PageDamagedException? Damage)[] _found = [];
    private int _count;

    /// <summary>Somebody else has changed the store.</summary>
    public void Forget() => _sealed.Forget();

    /// <summary>Begins a batch.</summary>
    /// <param name="size">How many messages it has.</param>
    public void Begin(int size)
    {
        if (_readings.Length < size)
        {
            (_added, _order, _readings, _inserts) = (new NewReading[size], new Order[size], new NewReading[size], new NewReading[size]);
            (_isNew, _keys, _stored) = (new bool[size], new ReadingKey[size], new Measurement?[size]);
            (_firsts, _found) = (new int[size], new (Measurement?, PageDamagedException?)[size]);
        }
    }

    /// <summary>Adds a reading that is to be stored.</summary>
    /// <param name="device">Its device.</param>
    /// <param name="message">The message.</param>
    /// <param name="index">Its place in the batch.</param>
    public void Add(KnownDevice device, IncomingMessage message, int index)
    {
        _added[_count] = new(device, message, index);
        _order[_count] = new(device.Id, message.Measurement.Ts, _count);
        _count++;
    }

    /// <summary>Stores the readings, and finds what is stored instead of those that are not new.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask StoreAsync(IWriteTransaction transaction, CancellationToken cancellationToken)
    {
        Array.Sort(_order, 0, _count);
        var unique = TakeFirsts();
        var inserts = await InsertAsync(transaction, unique, cancellationToken);
        await CompareAsync(transaction, inserts, cancellationToken);
    }

    /// <summary>What became of a message that was added, in the order of the batch.</summary>
    /// <param name="message">The message.</param>
    /// <param name="index">Its place in the batch.</param>
    public Outcome OutcomeOf(IncomingMessage message, int index)
    {
        var first = _firsts[index];
        ref readonly var reading = ref _readings[first];
        var (stored, damage) = _found[first];
        if (damage is not null)
        {
            // Whether it came before cannot be told. Here, because it says nothing of the store as a whole: no other message of the batch is concerned.
            return new(OutcomeKind.Rejected, StoreFailure.NotStorable(damage));
        }

        if (stored is null && reading.Index == index)
        {
            return new(OutcomeKind.Stored, Late: reading.Device.Accept(message.Measurement, message.ReceivedAt));
        }

        return (stored ?? reading.Measurement) == message.Measurement
            ? new(OutcomeKind.Duplicate)
            : new(OutcomeKind.Rejected, new(RejectionReasons.Conflict, $"device {reading.Device.Uid} has another reading with ts {reading.Ts}; the first one stays"));
    }

    /// <summary>Lets go of the messages.</summary>
    public void End()
    {
        Array.Clear(_added, 0, _count);
        Array.Clear(_readings, 0, _count);
        Array.Clear(_inserts, 0, _count);
        _count = 0;
    }

    // Those of the same key follow each other, the first in the batch first.
    private int TakeFirsts()
    {
        var unique = 0;
        for (var i = 0; i < _count; i++)
        {
            ref readonly var reading = ref _added[_order[i].Added];
            if (unique == 0 || _readings[unique - 1].Key != reading.Key)
            {
                _found[unique] = default;
                _readings[unique++] = reading;
            }

            _firsts[reading.Index] = unique - 1;
        }

        return unique;
    }

    private async ValueTask<ReadOnlyMemory<NewReading>> InsertAsync(IWriteTransaction transaction, int unique, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<NewReading> inserts = _readings.AsMemory(0, unique);
        _late.Clear();
        for (var i = 0; i < unique; i++)
        {
            if (_readings[i].Ts < _readings[i].Device.SealedTo)
            {
                _late.Add(i);
            }
        }

        if (_late.Count > 0)
        {
            await FindSealedAsync(transaction, cancellationToken);
            inserts = WithoutFound(unique);
        }

        if (!inserts.IsEmpty)
        {
            await transaction.InsertAsync(inserts, _isNew.AsMemory(0, inserts.Length), cancellationToken);
        }

        return inserts;
    }

    private async ValueTask FindSealedAsync(IWriteTransaction transaction, CancellationToken cancellationToken)
    {
        var keys = _late.ConvertAll(late => _readings[late].Key);
        var found = new (Measurement? Stored, PageDamagedException? Damage)[keys.Count];
        await _sealed.FindAsync(transaction, keys, found, cancellationToken);
        for (var i = 0; i < found.Length; i++)
        {
            _found[_late[i]] = found[i];
        }
    }

    private ReadOnlyMemory<NewReading> WithoutFound(int unique)
    {
        var count = 0;
        for (var i = 0; i < unique; i++)
        {
            if (_found[i] is (null, null))
            {
                _inserts[count++] = _readings[i];
            }
        }

        return _inserts.AsMemory(0, count);
    }

    private async ValueTask CompareAsync(IWriteTransaction transaction, ReadOnlyMemory<NewReading> inserts, CancellationToken cancellationToken)
    {
        var count = 0;
        for (var i = 0; i < inserts.Length; i++)
        {
            if (!_isNew[i])
            {
                _keys[count++] = inserts.Span[i].Key;
            }
        }

        if (count == 0)
        {
            return;
        }

        await transaction.FindAsync(_keys.AsMemory(0, count), _stored.AsMemory(0, count), cancellationToken);
        for (int i = 0, next = 0; i < inserts.Length; i++)
        {
            if (!_isNew[i])
            {
                ref readonly var reading = ref inserts.Span[i];
                // Neither inserted nor found: it must not be acknowledged.
                _found[_firsts[reading.Index]].Stored = _stored[next++]
                    ?? throw new StoreException($"The store did not take a reading of device {reading.Device.Uid} and has none with ts {reading.Ts}.");
            }
        }
    }

    // Sorted instead of the readings, which are larger.
    private readonly record struct Order(int DeviceId, long Ts, int Added) : IComparable<Order>
    {
        public int CompareTo(Order other) =>
            DeviceId != other.DeviceId ? DeviceId.CompareTo(other.DeviceId)
            : Ts != other.Ts ? Ts.CompareTo(other.Ts)
            : Added.CompareTo(other.Added);
    }
}
