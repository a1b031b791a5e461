using TechTemp.Data.Maintenance;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;
using TechTemp.Readings.Storage;

namespace TechTemp.Rules.Tests.Support;

/// <summary>Answers of a SQLite store, which computes in the calling thread: its tasks have ended when they are returned.</summary>
internal static class StoreAnswers
{
    extension(SeriesQueries queries)
    {
        public async ValueTask<Series?> OfDeviceAsync(string uid, long from, long to, bool calibrated, CancellationToken cancellationToken)
        {
            await using var snapshot = await queries.OpenAsync("devices", cancellationToken);
            return await snapshot.OfDeviceAsync(uid, from, to, calibrated, cancellationToken);
        }

        public async ValueTask<Series?> OfRoomAsync(string uid, long from, long to, bool calibrated, CancellationToken cancellationToken)
        {
            await using var snapshot = await queries.OpenAsync("rooms", cancellationToken);
            return await snapshot.OfRoomAsync(uid, from, to, calibrated, cancellationToken);
        }

        public Series? OfDevice(string uid, long from, long to, bool calibrated) => Ended(queries.OfDeviceAsync(uid, from, to, calibrated, CancellationToken.None));

        public Series? OfRoom(string uid, long from, long to, bool calibrated) => Ended(queries.OfRoomAsync(uid, from, to, calibrated, CancellationToken.None));

        public IReadOnlyList<SeriesReading> Readings(Series series, int limit = int.MaxValue) =>
            [.. Ended(queries.NewestAsync(series, limit, CancellationToken.None)).SelectMany(NewestFirst)];

        public IEnumerable<SeriesReading> ReadingsInChunks(Series series) => Ended(queries.AllAsync(series, CancellationToken.None)).SelectMany(NewestFirst);
    }

    extension(BucketQueries queries)
    {
        public IReadOnlyList<Bucket> Newest(IReadOnlyList<SeriesPart> parts, TimeBuckets buckets, int limit) =>
            Ended(queries.NewestAsync(parts, buckets, limit, QuantitySet.All, CancellationToken.None));

        public IEnumerable<Bucket> All(IReadOnlyList<SeriesPart> parts, TimeBuckets buckets) =>
            Ended(queries.AllAsync(parts, buckets, QuantitySet.All, CancellationToken.None));
    }

    extension(LatestQueries queries)
    {
        public IReadOnlyList<LatestReading> Read(string? deviceUid = null, string? roomUid = null, string? homeId = null, bool calibrated = true) =>
            Ended(queries.ReadAsync(new(deviceUid, roomUid, homeId, calibrated), CancellationToken.None));
    }

    extension(ReadingSealing sealing)
    {
        public IEnumerable<Sealed> Seal(Action<PageDamagedException> damaged) => Ended(sealing.SealAsync(damaged, CancellationToken.None));
    }

    extension(ReadingRetention retention)
    {
        public IEnumerable<long> Drop() => Ended(retention.DropAsync(CancellationToken.None));
    }

    extension(PageVerification verification)
    {
        public IEnumerable<DeviceFinding> Verify() => Ended(verification.VerifyAsync(CancellationToken.None));
    }

    extension(SealingProgressQueries queries)
    {
        public SealingProgress Read() => Ended(queries.ReadAsync(CancellationToken.None));

        public SealingProgress ReadAnew() => Ended(queries.ReadAnewAsync(CancellationToken.None));
    }

    public static IEnumerable<SeriesReading> NewestFirst(SeriesBlock block)
    {
        for (var i = block.Last; i >= block.First; i--)
        {
            yield return new(block.Times[i], block.ValuesAt(i), (ReadingSource)block.Sources[i], block.DeviceAt(i));
        }
    }

    public static T Ended<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompleted, "The store went on in another thread.");
        return task.GetAwaiter().GetResult();
    }

    private static IEnumerable<T> Ended<T>(IAsyncEnumerable<T> items)
    {
        var enumerator = items.GetAsyncEnumerator();
        try
        {
            while (Ended(enumerator.MoveNextAsync()))
            {
                yield return enumerator.Current;
            }
        }
        finally
        {
            var disposal = enumerator.DisposeAsync().AsTask();
            Assert.True(disposal.IsCompletedSuccessfully);
        }
    }
}

/// <summary>One reading of a series.</summary>
internal readonly record struct SeriesReading(long Ts, QuantityValues Values, ReadingSource Source, int DeviceId);
