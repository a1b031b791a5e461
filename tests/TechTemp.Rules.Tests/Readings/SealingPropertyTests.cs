using CsCheck;
using TechTemp.Data.Devices;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

/// <summary>Whatever happens to readings, and whenever they are sealed, every answer is what a computation from the readings says.</summary>
public sealed class SealingPropertyTests : IDisposable
{
    private const long Quarter = 900_000;
    private const long Day = 86_400_000;

    // The nights in which Brussels and Lord Howe change their clocks are among these days.
    private static readonly long s_start = Ms("2026-03-27T00:00:00Z");

    private static readonly Gen<TimeBuckets> s_buckets = Gen.OneOf(
        Gen.OneOf("UTC", "Europe/Brussels", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York", "Pacific/Chatham")
            .Select(id => TimeBuckets.Days(TimeZoneInfo.FindSystemTimeZoneById(id))),
        Gen.OneOf(Gen.OneOf(1, 2, 4, 24, 96), Gen.Int[1, 400]).Select(quarters => TimeBuckets.Of(quarters * TimeBuckets.Step)));

    // Moments in tens of seconds over ten days, often on the edge of a quarter of an hour, often within an hour of each other.
    private static readonly Gen<long> s_moment = Gen.OneOf(
        Gen.Long[0, 10 * Day / 10_000].Select(t => s_start + t * 10_000),
        Gen.Select(Gen.Long[0, 10 * Day / Quarter], Gen.Long[-1, 1]).Select((q, edge) => s_start + q * Quarter + edge),
        Gen.Select(Gen.Long[0, 3], Gen.Long[-1_800_000, 1_800_000]).Select((day, offset) => s_start + (day + 1) * Day + offset));

    // Of each day some readings lack a quantity, and some humidities are those of a wet sensor.
    private static readonly Gen<QuantityValues> s_values = Gen.Select(Gen.Int[-400, 850], Gen.OneOf(Gen.Const(3), Gen.Const(3), Gen.Const(3), Gen.Int[1, 7])).Select((tenths, has) =>
    {
        var values = new QuantityValues((has & 1) != 0 ? tenths / 10d : null, (has & 2) != 0 ? 60 + (tenths / 20d) : null);
        values[QuantityRegistry.Co2] = (has & 4) != 0 ? 450 + tenths : null;
        return values;
    });

    // What happens between two steps.
    private static readonly Gen<(int Device, long Ts, QuantityValues Values)[]> s_late = Gen.Select(Gen.Int[0, 1], s_moment, s_values).Array[0, 3];

    private static readonly Gen<Action<House>> s_step = Gen.Frequency(
        (6, Gen.Select(Gen.Int[0, 1], s_moment, s_values).Array[1, 40].Select(readings => (Action<House>)(house => house.Insert(readings)))),
        (1, Gen.Select(Gen.Int[0, 1], s_moment, Gen.Long[0, 2 * Day], Gen.Int[1, 5], s_late).Select((device, from, length, rows, late) =>
            (Action<House>)(house => house.Remove(device, from, from + length, rows, late)))),
        (1, Gen.Select(Gen.Int[0, 1], s_moment, Gen.Int[0, 2]).Select((device, at, room) => (Action<House>)(house => house.Move(device, at, room)))),
        (1, Gen.Select(Gen.Int[0, 1], Gen.Select(s_moment, Gen.Int[-50, 50]).Array[0, 3]).Select((device, list) => (Action<House>)(house => house.Calibrate(device, list)))),
        (3, Gen.Const<Action<House>>(house => house.Seal())),
        // From how many readings on the finished hours of the newest day are sealed, too.
        (2, Gen.Select(Gen.Int[1, 8], Gen.Int[0, 6], Gen.Int[0, 8]).Select((rows, unsealed, steps) => (Action<House>)(house => house.SealSome(rows, unsealed, steps)))),
        (2, Gen.Select(Gen.Int[3, 12], Gen.Int[0, 8], s_late.Array[1, 4]).Select((rows, unsealed, late) =>
            (Action<House>)(house => house.SealWhileOthersWrite(rows, unsealed, late)))),
        (1, Gen.Select(s_moment, Gen.Long[0, 4 * Day]).Select((from, length) => (Action<House>)(house => house.Rebuild(from, from + length)))));

    private readonly TestStore _store = new();
    private int _run;

    public SealingPropertyTests() => _store.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(s_start + 20 * Day));

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Any_sequence_of_changes_and_sealings_gives_the_same_answers_as_a_recomputation() =>
        Gen.Select(s_step.Array[1, 8], Gen.Select(s_buckets, s_moment, Gen.Long[0, 12 * Day]).Array[1, 4]).Sample(
            (steps, questions) =>
            {
                lock (_store)
                {
                    var house = new House(_store, ++_run);
                    foreach (var step in steps)
                    {
                        step(house);
                    }

                    house.AssertTables();
                    foreach (var (buckets, from, length) in questions)
                    {
                        house.AssertSame(buckets, long.MinValue, long.MaxValue);
                        house.AssertSame(buckets, from, from + length);
                    }
                }
            },
            iter: 150);

    private static long Ms(string time) => DateTimeOffset.Parse(time, null).ToUnixTimeMilliseconds();

    /// <summary>Two devices and three rooms of their own for each case, and what they must be, kept by simple means.</summary>
    private sealed class House(TestStore store, int run)
    {
        private readonly Dictionary<(int Device, long Ts), QuantityValues> _readings = [];
        private readonly List<(long From, int Room)>[] _moves = [[], []];
        private readonly (long From, int Offset)[][] _calibrations = [[], []];
        private Dictionary<(Quantity Quantity, int Device), IReadOnlyDictionary<long, double>> _seconds = [];

        public void Insert((int Device, long Ts, QuantityValues Values)[] readings)
        {
            var outcomes = store.Write(Array.ConvertAll(readings, r => Reading(r.Ts, r.Values, device: Uid(r.Device), receivedAt: store.Now))).Outcomes;
            for (var i = 0; i < readings.Length; i++)
            {
                var (device, ts, values) = readings[i];
                var expected = _readings.TryGetValue((device, ts), out var known) ? (known == values ? OutcomeKind.Duplicate : OutcomeKind.Rejected) : OutcomeKind.Stored;
                Assert.Equal(expected, outcomes[i].Kind);
                _readings.TryAdd((device, ts), values);
            }
        }

        /// <summary>In small steps; between two of them days are sealed, and readings come that are not of the interval.</summary>
        public void Remove(int device, long from, long to, int rowsOfAStep, (int Device, long Ts, QuantityValues Values)[] late)
        {
            var gone = _readings.Keys.Where(r => r.Device == device && r.Ts >= from && r.Ts <= to).ToList();
            var pauses = 0;
            var time = new PausedTime(store.Time, () =>
            {
                SealSome(rowsOfAStep, 4, ++pauses % 3);
                Insert([.. late.Where(r => r.Device != device || r.Ts < from || r.Ts > to)]);
            });
            var removal = new ReadingRemoval(store.Maintenance, store.Sql, time) { RowsOfAStep = rowsOfAStep }.RemoveAsync(Uid(device), from, to).GetAwaiter().GetResult();
            Assert.Equal(gone.Count, removal?.Deleted ?? 0);
            gone.ForEach(r => _readings.Remove(r));
        }

        public void Move(int device, long at, int room)
        {
            Touch(device);
            var moved = store.With<DeviceRegistry, DeviceOutcome>(d => d.UpdateAsync(
                Uid(device), new(false, null, Room(room), null, DateTimeOffset.FromUnixTimeMilliseconds(at)), CancellationToken.None)).GetAwaiter().GetResult();
            Assert.Equal(DeviceOutcome.Done, moved);
            _moves[device].RemoveAll(m => m.From >= at);
            _moves[device].Add((at, room));
        }

        public void Calibrate(int device, (long From, int Offset)[] list)
        {
            Touch(device);
            list = [.. list.DistinctBy(c => c.From)];
            Assert.True(store.With<CalibrationRegistry, bool>(c => c.ReplaceAsync(
                Uid(device), Array.ConvertAll(list, c => new CalibrationView(DateTimeOffset.FromUnixTimeMilliseconds(c.From), Offsets(c.Offset))),
                CancellationToken.None)).GetAwaiter().GetResult());
            _calibrations[device] = list;
        }

        public void Seal() => Assert.All(store.Get<ReadingSealing>().Seal(e => Assert.Fail(e.Message)), step => Assert.True(step.Readings > 0));

        /// <summary>As when the process is killed after some steps.</summary>
        public void SealSome(int rowsOfAStep, int mostUnsealed, int steps) => Assert.All(Sealing(rowsOfAStep, mostUnsealed).Seal(e => Assert.Fail(e.Message)).Take(steps), step => Assert.True(step.Readings > 0));

        public void SealWhileOthersWrite(int rowsOfAStep, int mostUnsealed, (int Device, long Ts, QuantityValues Values)[][] late)
        {
            var steps = 0;
            foreach (var step in Sealing(rowsOfAStep, mostUnsealed).Seal(e => Assert.Fail(e.Message)))
            {
                Assert.True(step.Readings > 0);
                Insert(late[steps++ % late.Length]);
                AssertTables();
                AssertSame(TimeBuckets.Of(4 * TimeBuckets.Step), long.MinValue, long.MaxValue);
            }
        }

        // Of a clock that stands still it is done at once.
        public void Rebuild(long from, long to) =>
            Assert.True(store.Get<PageRebuild>().RebuildAsync(null, from, to, _ => { }, CancellationToken.None).IsCompletedSuccessfully);

        public void AssertTables()
        {
            Assert.All(store.Get<PageVerification>().Verify(), found => Assert.Empty(found.Wrong));
            _seconds = QuantityRegistry.All.SelectMany(quantity => Enumerable.Range(0, 2).Select(device => (quantity, device))).ToDictionary(
                key => key,
                key => Recomputation.Seconds(_readings.Where(r => r.Key.Device == key.device && r.Value.Quantities.Contains(key.quantity)).Select(r => r.Key.Ts)));
            for (var device = 0; device <= 1; device++)
            {
                var latest = store.Get<LatestQueries>().Read(Uid(device), calibrated: false).SingleOrDefault();
                Assert.Equal(_readings.Keys.Where(r => r.Device == device).Select(r => (long?)r.Ts).Max(), latest?.Ts);
            }
        }

        public void AssertSame(TimeBuckets buckets, long from, long to)
        {
            var series = store.Get<SeriesQueries>();
            int[] ids = [IdOf(0), IdOf(1)];
            for (var device = 0; device <= 1; device++)
            {
                foreach (var calibrated in new[] { true, false })
                {
                    var found = series.OfDevice(Uid(device), from, to, calibrated);
                    Check(found, _readings.Where(r => r.Key.Device == device), calibrated);
                }
            }

            for (var room = 0; room <= 2; room++)
            {
                Check(series.OfRoom(RoomUid(room), from, to, calibrated: true), _readings.Where(r => RoomAt(r.Key.Device, r.Key.Ts) == room), calibrated: true);
            }

            void Check(Series? found, IEnumerable<KeyValuePair<(int Device, long Ts), QuantityValues>> expected, bool calibrated)
            {
                // Of one moment by descending key of the device.
                var readings = expected.Where(r => r.Key.Ts >= from && r.Key.Ts <= to)
                    .OrderByDescending(r => r.Key.Ts).ThenByDescending(r => ids[r.Key.Device])
                    .Select(r => new WeighedReading(r.Key.Ts, calibrated ? Shown(r.Key, r.Value) : r.Value, Seconds(r.Key, r.Value))).ToList();
                if (found is null)
                {
                    Assert.Empty(readings);
                    return;
                }

                Assert.Equal(
                    readings.Select(r => (r.Ts, r.Values)),
                    series.Readings(found).Select(r => (r.Ts, r.Values)));
                var all = store.Get<BucketQueries>().Newest(found.Parts, buckets, 10_000);
                // In small pages, as in one.
                var expectedBuckets = Recomputation.Of(readings, buckets).ToList();
                Recomputation.AssertSame(expectedBuckets, all);
                var paged = new List<Bucket>();
                for (var last = to; paged.Count < all.Count; last = paged[^1].Start - 1)
                {
                    var parts = found.Parts.Select(p => p with { To = Math.Min(p.To, last) }).Where(p => p.From <= p.To).ToList();
                    paged.AddRange(store.Get<BucketQueries>().Newest(parts, buckets, 3));
                }

                Recomputation.AssertSame(expectedBuckets, paged);
            }
        }

        private ReadingSealing Sealing(int rowsOfAStep, int mostUnsealed) => new(store.Maintenance, store.Sql, store.Time) { RowsOfAStep = rowsOfAStep, MostUnsealed = mostUnsealed };

        private int IdOf(int device)
        {
            var uid = Uid(device);
            return store.Read(c => c.Devices.Where(d => d.Uid == uid).Select(d => d.Id).SingleOrDefault());
        }

        private string Uid(int device) => $"r{run}-{device}";

        private string Room(int room) => $"Room {run} {room}";

        private string RoomUid(int room) => $"room-{run}-{room}";

        private int? RoomAt(int device, long ts) => _moves[device].Where(m => m.From <= ts).Select(m => (int?)m.Room).LastOrDefault();

        private static QuantityValues Offsets(int offset)
        {
            var offsets = new QuantityValues(offset / 10d, -offset / 10d);
            offsets[QuantityRegistry.Co2] = offset;
            return offsets;
        }

        private QuantityValues Shown((int Device, long Ts) reading, QuantityValues values)
        {
            var offsets = Offsets(_calibrations[reading.Device].Where(c => c.From <= reading.Ts).OrderBy(c => c.From).Select(c => c.Offset).LastOrDefault());
            var shown = values;
            foreach (var quantity in values.Quantities)
            {
                shown[quantity] = values.ValueOrZero(quantity) + offsets.ValueOrZero(quantity);
            }

            shown[QuantityRegistry.Humidity] = shown[QuantityRegistry.Humidity] is { } humidity ? Math.Clamp(humidity, 0, 100) : null;
            return shown;
        }

        private QuantityValues Seconds((int Device, long Ts) reading, QuantityValues values)
        {
            var seconds = default(QuantityValues);
            foreach (var quantity in values.Quantities)
            {
                seconds[quantity] = _seconds[(quantity, reading.Device)][reading.Ts];
            }

            return seconds;
        }

        // A device has to exist before it is moved or calibrated.
        private void Touch(int device)
        {
            if (!_readings.Keys.Any(r => r.Device == device))
            {
                Insert([(device, s_start + 5 * Day, new(20, 50))]);
            }
        }
    }
}
