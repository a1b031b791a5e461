using Microsoft.Extensions.Options;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>A store of any provider that is written and maintained, and the readings that it must have. The writer acknowledges each once.</summary>
internal sealed class MaintainedStore(WrittenStore store) : IAsyncDisposable
{
    private readonly Dictionary<(string Device, long Ts), QuantityValues> _readings = [];

    public WrittenStore Store => store;

    /// <summary>The start of the day of the store's clock, which stands at noon.</summary>
    public long Today => PageKey.DayOf(store.Now);

    public int Count => _readings.Count;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The times that a device must have.</summary>
    public IEnumerable<long> Times(string device) => _readings.Keys.Where(key => key.Device == device).Select(key => key.Ts).Order();

    /// <summary>What a device measures at a time: some numbers are no hundredths, some readings have one quantity or a third.</summary>
    public static QuantityValues Values(long ts)
    {
        var minute = ts / 60_000;
        var values = new QuantityValues(minute % 7 == 0 ? 0.1 + (minute % 50) + 0.2 : minute % 400 / 10d, minute % 5 == 0 ? null : 20 + (minute % 60));
        if (minute % 3 == 0)
        {
            values.Set(QuantityRegistry.Co2, 400 + (minute % 900));
        }

        return values;
    }

    /// <summary>Writes readings; each must be stored, or be a duplicate where it is there.</summary>
    public async Task WriteAsync(string device, params IReadOnlyList<long> times)
    {
        var outcomes = (await store.WriteAsync([.. times.Select(ts => Reading(ts, Values(ts), device, receivedAt: store.Now))])).Outcomes;
        Assert.Equal(times.Select(ts => _readings.TryAdd((device, ts), Values(ts)) ? OutcomeKind.Stored : OutcomeKind.Duplicate), outcomes.Select(o => o.Kind));
    }

    public ReadingSealing Sealing(int rowsOfAStep = 4_000) => new(store.Maintenance, store.Sql, store.Time) { RowsOfAStep = rowsOfAStep };

    /// <summary>Seals what is finished.</summary>
    /// <returns>How many readings.</returns>
    public async Task<long> SealAsync(int rowsOfAStep = 4_000)
    {
        var all = default(Sealed);
        await foreach (var step in Sealing(rowsOfAStep).SealAsync(e => Assert.Fail(e.Message), Cancel))
        {
            Assert.True(step.Readings > 0);
            all += step;
        }

        return all.Readings;
    }

    /// <summary>Drops what retention says.</summary>
    /// <returns>What each step dropped.</returns>
    public async Task<List<long>> DropAsync()
    {
        var steps = new List<long>();
        await foreach (var step in new ReadingRetention(store.Maintenance, store.Sql, Options.Create(store.Retention), store.Time).DropAsync(Cancel))
        {
            steps.Add(step);
        }

        return steps;
    }

    /// <summary>Forgets readings that were removed.</summary>
    public int Forget(string device, long from, long to)
    {
        var gone = _readings.Keys.Where(key => key.Device == device && key.Ts >= from && key.Ts <= to).ToList();
        gone.ForEach(key => _readings.Remove(key));
        return gone.Count;
    }

    /// <summary>Takes readings over that others have written.</summary>
    public void Take(string device, IEnumerable<long> times)
    {
        foreach (var ts in times)
        {
            _readings[(device, ts)] = Values(ts);
        }
    }

    public async Task<List<DeviceFinding>> VerifyAsync()
    {
        var found = new List<DeviceFinding>();
        await foreach (var device in new PageVerification(store.Maintenance, store.Sql).VerifyAsync(Cancel))
        {
            found.Add(device);
        }

        return found;
    }

    public ValueTask<SealingProgress> ProgressAsync() => Progress().ReadAnewAsync(Cancel);

    /// <summary>The starts and lengths, in hours, of a device's pages.</summary>
    public async Task<List<(long Start, long Hours)>> PagesAsync(int deviceId = 1) => await store.Sql.QueryAsync(
        "SELECT id, quarters FROM pages WHERE id BETWEEN @first AND @last ORDER BY id;",
        row => (PageKey.StartOf(row.GetInt64(0)), row.GetInt32(1) * PageKey.Step / PageKey.Hour), Cancel,
        ("first", PageKey.FirstId(deviceId, 0)), ("last", PageKey.LastId(deviceId, long.MaxValue)));

    /// <summary>Every reading is there once, with its values to the last bit; no page is wrong; buckets are those of a recomputation; the newest reading is a row.</summary>
    public async Task AssertRightAsync()
    {
        Assert.All(await VerifyAsync(), found => Assert.Empty(found.Wrong));
        foreach (var device in _readings.Keys.Select(key => key.Device).Distinct())
        {
            var expected = _readings.Where(r => r.Key.Device == device).OrderByDescending(r => r.Key.Ts).Select(r => (r.Key.Ts, r.Value)).ToList();
            var queries = new SeriesQueries(store.Reading);
            var series = (await queries.OfDeviceAsync(device, 0, long.MaxValue, calibrated: false, Cancel))!;
            Assert.Equal(expected, (await queries.NewestAsync(series, int.MaxValue, Cancel)).SelectMany(StoreAnswers.NewestFirst).Select(r => (r.Ts, r.Values)));
            Assert.Equal(expected[0].Ts, (await store.RowsAsync(device))[^1].Ts);
            var seconds = QuantityRegistry.All.ToDictionary(q => q, q => Recomputation.Seconds(expected.Where(r => r.Value.Quantities.Contains(q)).Select(r => r.Ts)));
            var weighed = expected.Select(r => new WeighedReading(r.Ts, r.Value, Seconds(r.Ts, r.Value, seconds))).ToList();
            foreach (var buckets in new[] { TimeBuckets.Of(TimeBuckets.Step), TimeBuckets.Of(TimeSpan.FromHours(1)), TimeBuckets.Days(TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels")) })
            {
                Recomputation.AssertSame(
                    Recomputation.Of(weighed, buckets), await new BucketQueries(store.Reading).NewestAsync(series.Parts, buckets, 10_000, QuantitySet.All, Cancel));
            }
        }
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private static QuantityValues Seconds(long ts, QuantityValues values, Dictionary<Quantity, IReadOnlyDictionary<long, double>> all)
    {
        var seconds = default(QuantityValues);
        foreach (var quantity in values.Quantities)
        {
            seconds.Set(quantity, all[quantity][ts]);
        }

        return seconds;
    }

    private SealingProgressQueries Progress() => new(store.Maintenance, store.Sql, store.Time);
}
