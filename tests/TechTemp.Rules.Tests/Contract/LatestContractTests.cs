using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Devices;
using TechTemp.Data.Postgres.Readings;
using TechTemp.Data.Postgres.Schema;
using TechTemp.Data.Rooms;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Storage;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Contract;

/// <summary>Which readings are the newest ones, on every store.</summary>
[Collection(PostgresTests.Name)]
public sealed class LatestContractTests(PostgresDatabase postgres)
{
    private const string Sqlite = nameof(Sqlite);
    private const string Postgres = nameof(Postgres);
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;

    public static TheoryData<string> Stores => [Sqlite, Postgres];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores))]
    public async Task They_are_asked_for_by_device_room_and_home(string provider)
    {
        await using var store = await OpenAsync(provider);
        Assert.Empty(await ReadAsync(store));
        await store.WriteAsync(
            Reading(store.Now, 1), Reading(store.Now - 1, 2), Reading(store.Now, 0, 0, device: "s0"), Reading(store.Now, 3, device: "s9", home: "h2"));
        await PlaceAsync(store, "s1");
        Assert.Equal(
            [new("s0", null, store.Now, new(0, 0)), new("s1", "salon", store.Now, new(1, 50)), new("s9", null, store.Now, new(3, 50))],
            await ReadAsync(store));
        Assert.Equal(["s1"], await UidsAsync(store, new(DeviceUid: "s1")));
        Assert.Equal(["s1"], await UidsAsync(store, new(RoomUid: "salon")));
        Assert.Equal(["s9"], await UidsAsync(store, new(HomeId: "h2")));
        Assert.Equal(["s1"], await UidsAsync(store, new("s1", "salon", "h1")));
        Assert.Empty(await UidsAsync(store, new(DeviceUid: "nobody")));
        Assert.Empty(await UidsAsync(store, new(RoomUid: "nowhere")));
        Assert.Empty(await UidsAsync(store, new(DeviceUid: "s9", RoomUid: "salon")));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task They_come_in_pages_in_the_order_of_the_bytes_of_the_uids(string provider)
    {
        await using var store = await OpenAsync(provider);
        string[] uids = ["Z9", "_", "a", "a-1", "a1", "a_1", "b"];
        await store.WriteAsync([.. uids.Reverse().Select(uid => Reading(store.Now, device: uid))]);
        Assert.Equal(uids, await UidsAsync(store, LatestFilter.All));
        Assert.Equal(uids.Take(3), await UidsAsync(store, new(Limit: 3)));
        Assert.Equal(uids.Skip(3).Take(3), await UidsAsync(store, new(After: "a", Limit: 3)));
        Assert.Equal(["b"], await UidsAsync(store, new(After: "a_1", Limit: 3)));
        Assert.Equal(["a"], await UidsAsync(store, new("a", After: "Z9", Limit: 3)));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task They_are_calibrated_as_of_their_time_unless_they_are_asked_for_as_they_came(string provider)
    {
        await using var store = await OpenAsync(provider);
        var values = new QuantityValues(21.5, 104.5);
        values.Set(QuantityRegistry.Co2, 812);
        await store.WriteAsync(Reading(store.Now, values), Reading(store.Now, 0, 101, device: "s2"));
        await store.WithAsync(async context =>
        {
            var id = await context.Devices.Where(d => d.Uid == "s1").Select(d => d.Id).SingleAsync(Cancel);
            foreach (var (ahead, offset) in new (long, double)[] { (1, 9), (0, -0.25), (-Hour, 5) })
            {
                context.Calibrations.Add(new Calibration { DeviceId = id, From = DateTimeOffset.FromUnixTimeMilliseconds(store.Now + ahead), TemperatureOffset = offset });
            }

            return await context.SaveChangesAsync(Cancel);
        });
        var expected = new QuantityValues(21.25, 100);
        expected.Set(QuantityRegistry.Co2, 812);
        Assert.Equal([new("s1", null, store.Now, expected), new("s2", null, store.Now, new(0, 100))], await ReadAsync(store));
        Assert.Equal(
            [new("s1", null, store.Now, values), new("s2", null, store.Now, new(0, 101))], await store.Latest.ReadAsync(new(Calibrated: false), Cancel));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Readings_of_the_future_are_not_shown_until_their_time_has_come(string provider)
    {
        await using var store = await OpenAsync(provider);
        await store.WriteAsync(Reading(store.Now, 1), Reading(store.Now + 23 * Hour, 2), Reading(store.Now + Hour, 3, device: "s2"));
        Assert.Equal([("s1", 1d)], await ShownAsync());
        store.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal([("s1", 1d), ("s2", 3)], await ShownAsync());
        store.Time.Advance(TimeSpan.FromHours(22));
        Assert.Equal([("s1", 2d), ("s2", 3)], await ShownAsync());

        // This machine's clock has gone back since.
        await store.ExecuteAsync($"UPDATE devices SET last_seen_at = {store.Now + 48 * Hour} WHERE uid = 's1'; UPDATE readings SET ts = ts + {48 * Hour};");
        Assert.Equal([("s1", 2d)], await ShownAsync());

        async Task<List<(string, double)>> ShownAsync() => [.. (await ReadAsync(store)).Select(l => (l.DeviceUid, l.Values[QuantityRegistry.Temperature]!.Value))];
    }

    [Fact]
    public async Task The_newest_reading_is_a_seek_per_device_on_postgresql()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(postgres);
        await store.WriteAsync([.. Enumerable.Range(0, 600).Select(i => Reading(store.Now + i, device: $"s{i % 3}"))]);
        await store.ExecuteAsync("ANALYZE readings, devices;");
        var plan = await store.Sql.QueryAsync($"EXPLAIN {PostgresLatestReadings.Sql}", row => row.GetString(0), Cancel, store.PostgresLatest.Parameters(LatestFilter.All));
        Assert.Contains(plan, step => step.Contains("Index Scan Backward using \"PK_readings\" on readings", StringComparison.Ordinal));
        Assert.Contains(plan, step => step.Contains("Index Cond: ((device_id = d.id) AND (ts <= ", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("Seq Scan on readings", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_are_in_the_order_of_the_bytes_whatever_the_collation_on_postgresql_is()
    {
        await using var store = await PostgresWrittenStore.OpenAsync(postgres);
        // The view holds the column as it is.
        await store.ExecuteAsync("DROP VIEW recent_readings CASCADE; ALTER TABLE devices ALTER COLUMN uid TYPE text COLLATE \"en-x-icu\";");
        try
        {
            // The writer has prepared its statements for the column as it was.
            store.Connections.DataSource.Clear();
            await store.WriteAsync(Reading(store.Now, device: "b"), Reading(store.Now, device: "C"), Reading(store.Now, device: "a"));
            Assert.Equal(["C", "a", "b"], await UidsAsync(store, LatestFilter.All));
            Assert.Equal(["a", "b"], await UidsAsync(store, new(After: "C")));
            Assert.Equal(["b"], await UidsAsync(store, new(After: "a")));
        }
        finally
        {
            await store.ExecuteAsync("ALTER TABLE devices ALTER COLUMN uid TYPE text COLLATE \"default\";");
            store.Connections.DataSource.Clear();
            foreach (var script in ReadableData.Scripts)
            {
                await store.ExecuteAsync(script);
            }
        }
    }

    private static Task<int> PlaceAsync(WrittenStore store, string uid) => store.WithAsync(async context =>
    {
        var device = await context.Devices.SingleAsync(d => d.Uid == uid, Cancel);
        var before = store.Time.GetUtcNow().AddDays(-1);
        device.Placements.Add(new() { Room = new Room { Uid = "former", Name = "Former" }, From = before.AddDays(-1), To = before });
        device.Placements.Add(new() { Room = new Room { Uid = "salon", Name = "Salon" }, From = before });
        return await context.SaveChangesAsync(Cancel);
    });

    private static ValueTask<IReadOnlyList<LatestReading>> ReadAsync(WrittenStore store) => store.Latest.ReadAsync(LatestFilter.All, Cancel);

    private static async Task<IEnumerable<string>> UidsAsync(WrittenStore store, LatestFilter filter) => (await store.Latest.ReadAsync(filter, Cancel)).Select(l => l.DeviceUid);

    private async Task<WrittenStore> OpenAsync(string provider) => provider == Sqlite ? new SqliteWrittenStore() : await PostgresWrittenStore.OpenAsync(postgres);
}
