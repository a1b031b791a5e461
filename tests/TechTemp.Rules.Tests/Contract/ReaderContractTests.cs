using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Rooms;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>What queries answer from every store: rows, pages, and late rows between the readings of a page.</summary>
[Collection(PostgresTests.Name)]
public sealed class ReaderContractTests(PostgresDatabase postgres)
{
    private const string Sqlite = nameof(Sqlite);
    private const string Postgres = nameof(Postgres);
    private const long Minute = 60_000;

    public static TheoryData<string> Stores => [Sqlite, Postgres];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores))]
    public async Task The_newest_readings_and_all_are_those_that_were_written(string provider)
    {
        await using var store = await OpenAsync(provider);
        var written = await FillAsync(store);
        var queries = new SeriesQueries(store.Reading);
        foreach (var (series, expected) in await SeriesAsync(queries, written))
        {
            foreach (var limit in new[] { 1, 10, 400, int.MaxValue })
            {
                Assert.Equal(expected.Take(limit), Rows(await queries.NewestAsync(series, limit, Cancel)));
            }

            var all = new List<SeriesBlock>();
            await foreach (var block in queries.AllAsync(series, Cancel))
            {
                all.Add(block);
            }

            Assert.Equal(expected, Rows(all));
            // A page of an answer begins after the last reading of the page before.
            var (last, device) = (expected[7].Ts, expected[7].DeviceId);
            Assert.Equal(expected.Skip(8), Rows(await queries.NewestAsync(series.After(last, device), int.MaxValue, Cancel)));
        }

        Assert.Null(await queries.OfDeviceAsync("nobody", 0, long.MaxValue, calibrated: true, Cancel));
        Assert.Null(await queries.OfRoomAsync("nowhere", 0, long.MaxValue, calibrated: true, Cancel));
        Assert.Empty((await queries.OfRoomAsync("empty", 0, long.MaxValue, calibrated: true, Cancel))!.Parts);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task A_series_and_its_newest_readings_are_of_one_moment(string provider)
    {
        await using var store = await OpenAsync(provider);
        var written = await FillAsync(store);
        var queries = new SeriesQueries(store.Reading);
        Series series;
        await using (var snapshot = await queries.OpenAsync("readings", Cancel))
        {
            series = (await snapshot.OfDeviceAsync("s2", 0, long.MaxValue, calibrated: true, Cancel))!;
            await store.WriteAsync([Reading(written[0].Ts + Minute, 4, device: "s2")]);
            Assert.Equal([written.First(r => r.DeviceId == 2)], Rows(await snapshot.NewestAsync(series, 1, Cancel)));
        }

        Assert.Equal(written[0].Ts + Minute, Assert.Single(Rows(await queries.NewestAsync(series, 1, Cancel))).Ts);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Buckets_are_those_of_a_recomputation(string provider)
    {
        await using var store = await OpenAsync(provider);
        var written = await FillAsync(store);
        var queries = new SeriesQueries(store.Reading);
        // A value stands for the time to its neighbours of the same quantity.
        var seconds = QuantitySet.Usual.SelectMany(quantity => new[] { 1, 2 }.Select(device => (quantity, device))).ToDictionary(
            key => key, key => Recomputation.Seconds(written.Where(r => r.DeviceId == key.device && r.Values.Quantities.Contains(key.quantity)).Select(r => r.Ts)));
        foreach (var (series, expected) in await SeriesAsync(queries, written))
        {
            var weighed = expected.Select(r => new WeighedReading(r.Ts, r.Values, Seconds(r, seconds))).ToList();
            foreach (var buckets in new[]
            {
                TimeBuckets.Days(TimeZoneInfo.Utc), TimeBuckets.Days(TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels")),
                TimeBuckets.Of(TimeSpan.FromHours(1)), TimeBuckets.Of(TimeBuckets.Step),
            })
            {
                Recomputation.AssertSame(
                    Recomputation.Of(weighed, buckets), await new BucketQueries(store.Reading).NewestAsync(series.Parts, buckets, 10_000, QuantitySet.All, Cancel));
            }
        }
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Gaps_are_found_in_rows_and_pages(string provider)
    {
        await using var store = await OpenAsync(provider);
        var written = (await FillAsync(store)).Where(r => r.DeviceId == 1).Select(r => r.Ts).Order().ToList();
        var expected = written.Zip(written.Skip(1)).Where(g => g.Second - g.First > 30 * Minute).Select(g => (g.First, (long?)g.Second)).Reverse();
        var found = await new ReadingGaps(store.Reading, store.Time).FindAsync(1, 0, written[^1] - 1, 30 * Minute, null, 10_000, Cancel);
        Assert.Equal(expected, found.Gaps.Select(g => (g.From, g.To)));
        Assert.Equal(expected.Skip(1).Take(2), (await new ReadingGaps(store.Reading, store.Time).FindAsync(1, 0, store.Now, 30 * Minute, found.Gaps[0].From, 2, Cancel)).Gaps.Select(g => (g.From, g.To)));
    }

    // Two devices in one room, one of them in pages with late rows between, and newer rows of both.
    private static async Task<List<SeriesReading>> FillAsync(WrittenStore store)
    {
        var random = new Random(2026);
        var today = PageKey.DayOf(store.Now);
        List<IncomingMessage> Some(string device, int days, int count, bool withHumidity) =>
        [
            .. Enumerable.Range(0, count).Select(_ => today - random.NextInt64(1, days * 24 * 60) * Minute).Distinct().Select(ts => Reading(
                ts, withHumidity ? new(random.Next(-1_000, 3_000) / 100d, random.Next(0, 101)) : new QuantityValues(random.NextDouble(), null), device: device)),
        ];
        var first = Some("s1", 4, 900, withHumidity: true);
        await store.WriteAsync(first);
        await store.SealAsync("s1");
        var taken = first.Select(m => m.Measurement.Ts).ToHashSet();
        List<IncomingMessage> rest =
        [
            .. Some("s1", 4, 60, withHumidity: false).Where(m => !taken.Contains(m.Measurement.Ts)),
            Reading(today + Minute, 1), Reading(today + (2 * Minute), 2),
            .. Some("s2", 3, 300, withHumidity: true), Reading(today + Minute, 3, device: "s2"),
        ];
        Assert.All((await store.WriteAsync(rest)).Outcomes, outcome => Assert.Equal(OutcomeKind.Stored, outcome.Kind));
        await store.WithAsync(async context =>
        {
            var room = new Room { Uid = "salon", Name = "Salon" };
            context.Rooms.AddRange(room, new() { Uid = "empty", Name = "Empty" });
            foreach (var device in await context.Devices.ToListAsync(Cancel))
            {
                device.Placements.Add(new() { Room = room, From = DateTimeOffset.FromUnixTimeMilliseconds(today - (2 * PageKey.Day)) });
            }

            var from = DateTimeOffset.FromUnixTimeMilliseconds(today - (36 * 60 * Minute));
            context.Calibrations.Add(new Calibration { DeviceId = 1, From = from, TemperatureOffset = 0.5, HumidityOffset = 20 });
            return await context.SaveChangesAsync(Cancel);
        });
        var calibrated = today - (36 * 60 * Minute);
        return
        [
            .. first.Concat(rest).Select(m => new SeriesReading(
                m.Measurement.Ts,
                m.DeviceUid == "s1" && m.Measurement.Ts >= calibrated ? Shown(m.Measurement.Values) : m.Measurement.Values,
                m.Source,
                m.DeviceUid == "s1" ? 1 : 2)).OrderByDescending(r => r.Ts).ThenByDescending(r => r.DeviceId),
        ];
    }

    private static QuantityValues Shown(QuantityValues values) => new(
        values[QuantityRegistry.Temperature] + 0.5, values[QuantityRegistry.Humidity] is { } humidity ? Math.Min(humidity + 20, 100) : null);

    private static QuantityValues Seconds(SeriesReading reading, Dictionary<(Quantity, int), IReadOnlyDictionary<long, double>> all)
    {
        var seconds = default(QuantityValues);
        foreach (var quantity in reading.Values.Quantities)
        {
            seconds.Set(quantity, all[(quantity, reading.DeviceId)][reading.Ts]);
        }

        return seconds;
    }

    private static async Task<List<(Series Series, List<SeriesReading> Expected)>> SeriesAsync(SeriesQueries queries, List<SeriesReading> written)
    {
        var now = written[0].Ts;
        var start = PageKey.DayOf(now) - (2 * PageKey.Day);
        return
        [
            ((await queries.OfDeviceAsync("s1", 0, long.MaxValue, calibrated: true, Cancel))!, written.FindAll(r => r.DeviceId == 1)),
            ((await queries.OfDeviceAsync("s2", start + 1, now - 1, calibrated: true, Cancel))!, written.FindAll(r => r.DeviceId == 2 && r.Ts > start && r.Ts < now)),
            ((await queries.OfRoomAsync("salon", 0, long.MaxValue, calibrated: true, Cancel))!, written.FindAll(r => r.Ts >= start)),
        ];
    }

    private static List<SeriesReading> Rows(IEnumerable<SeriesBlock> blocks) => [.. blocks.SelectMany(StoreAnswers.NewestFirst)];

    private async Task<WrittenStore> OpenAsync(string provider) => provider == Sqlite ? new SqliteWrittenStore() : await PostgresWrittenStore.OpenAsync(postgres);
}
