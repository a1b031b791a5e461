using TechTemp.Data.Devices;
using TechTemp.Data.Registries;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Queries;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

public sealed class SeriesQueriesTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Whoever_stops_reading_early_leaves_no_connection_in_the_middle_of_a_read()
    {
        var room = await RoomAsync(readingsOfADevice: 50);
        var series = _store.Get<SeriesQueries>();
        for (var taken = 0; taken < 10; taken++)
        {
            Assert.Equal(taken, series.ReadingsInChunks(room).Take(taken).Count());
            Assert.Equal(taken, series.Readings(room, taken).Count);
            Assert.Equal(Math.Min(taken, 1), _store.Get<BucketQueries>().Newest(room.Parts, TimeBuckets.Days(TimeZoneInfo.Utc), 1).Take(taken).Count());
        }

        AssertNothingIsHeld();
    }

    [Fact]
    public async Task In_chunks_there_are_the_same_readings()
    {
        var room = await RoomAsync(readingsOfADevice: 8_000);
        var series = _store.Get<SeriesQueries>();
        Assert.Equal(series.Readings(room), series.ReadingsInChunks(room));
        Assert.Equal(24_000, series.ReadingsInChunks(room).Count());
        Assert.Empty(series.ReadingsInChunks(room with { Parts = [] }));
    }

    [Fact]
    public async Task Whoever_takes_a_long_series_slowly_holds_nothing_in_the_store()
    {
        var room = await RoomAsync(readingsOfADevice: 8_000);
        using var readings = _store.Get<SeriesQueries>().ReadingsInChunks(room).GetEnumerator();
        using var buckets = _store.Get<BucketQueries>().All(room.Parts, TimeBuckets.Of(TimeBuckets.Step)).GetEnumerator();
        for (var i = 0; i < 5; i++)
        {
            Assert.True(readings.MoveNext());
            Assert.True(buckets.MoveNext());
        }

        AssertNothingIsHeld();
        // The newest one, and behind what is taken: neither disturbs what follows.
        _store.Write(Reading(_store.Now + 2));
        var count = 5;
        for (; readings.MoveNext(); count++)
        {
        }

        Assert.Equal(24_000, count);
    }

    private async Task<Series> RoomAsync(int readingsOfADevice)
    {
        foreach (var device in new[] { "s1", "s2", "s3" })
        {
            _store.Write([.. Enumerable.Range(0, readingsOfADevice).Select(i => Reading(_store.Now - i * 1000, device: device))]);
            await _store.With<DeviceRegistry, DeviceOutcome>(d => d.UpdateAsync(
                device, new(false, null, "Salon", "salon", TestStore.Start.AddDays(-1)), CancellationToken.None));
        }

        return _store.Get<SeriesQueries>().OfRoom("salon", long.MinValue, long.MaxValue, calibrated: true)!;
    }

    // Fails where any reader still holds on to what was there before.
    private void AssertNothingIsHeld()
    {
        using var connection = _store.Connections.Open();
        _store.Write(Reading(_store.Now + 1));
        using var checkpoint = connection.CreateCommand();
        checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE);";
        Assert.Equal(0L, checkpoint.ExecuteScalar());
    }
}
