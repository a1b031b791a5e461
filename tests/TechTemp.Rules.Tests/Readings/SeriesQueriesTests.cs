using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Rollups;
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
        foreach (var device in new[] { "s1", "s2", "s3" })
        {
            _store.Write([.. Enumerable.Range(0, 50).Select(i => Reading(_store.Now - i * 1000, device: device))]);
            await _store.With<DeviceRegistry, DeviceOutcome>(d => d.UpdateAsync(
                device, new(false, null, "Salon", "salon", TestStore.Start.AddDays(-1)), CancellationToken.None));
        }

        var series = _store.Get<SeriesQueries>();
        var room = series.OfRoom("salon", long.MinValue, long.MaxValue, calibrated: true)!;
        for (var taken = 0; taken < 10; taken++)
        {
            Assert.Equal(taken, series.Readings(room).Take(taken).Count());
            Assert.Equal(Math.Min(taken, 1), _store.Get<BucketQueries>().Newest(room.Parts, Buckets.Days(TimeZoneInfo.Utc), 1).Take(taken).Count());
        }

        // Fails where any reader still holds on to what was there before.
        using var connection = _store.Connections.Open();
        _store.Write(Reading(_store.Now + 1));
        using var checkpoint = connection.CreateCommand();
        checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE);";
        Assert.Equal(0L, checkpoint.ExecuteScalar());
    }
}
