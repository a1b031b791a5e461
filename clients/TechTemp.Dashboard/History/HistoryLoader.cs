using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.History;

/// <summary>What a chart shows.</summary>
/// <param name="Cut">How time is cut.</param>
/// <param name="From">First moment that is shown.</param>
/// <param name="To">Last moment that is shown.</param>
/// <param name="Series">The lines; they reach beyond both ends.</param>
public sealed record HistoryData(HistoryCut Cut, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<HistorySeries> Series)
{
    /// <summary>Whether nothing was measured in the range.</summary>
    public bool Empty => Series.All(s => s.Between(From, To, Cut).Count == 0);
}

/// <summary>Fetches what a chart shows.</summary>
public sealed class HistoryLoader(ApiClient api, Viewer viewer)
{
    // The API answers large questions one after the other anyway.
    private const int AtOnce = 4;

    /// <summary>Fetches the readings of a view.</summary>
    /// <param name="view">What is shown.</param>
    /// <param name="sources">The rooms and devices.</param>
    /// <param name="now">Now.</param>
    /// <param name="width">The chart's width in CSS pixels.</param>
    /// <param name="cancellationToken">Another view is wanted.</param>
    public async Task<HistoryData> LoadAsync(HistoryView view, IReadOnlyList<HistorySource> sources, DateTimeOffset now, int width, CancellationToken cancellationToken)
    {
        var (from, to) = view.Range(now);
        var cut = HistoryCut.For(to - from, width);
        // Where sensors send several times a second, single readings are more than anybody can see.
        var series = await SeriesAsync(view, sources, cut, from, to, cancellationToken);
        if (series is null)
        {
            cut = HistoryCut.Quarter;
            series = await SeriesAsync(view, sources, cut, from, to, cancellationToken);
        }

        return new(cut, from, to, series!);
    }

    private async Task<IReadOnlyList<HistorySeries>?> SeriesAsync(
        HistoryView view, IReadOnlyList<HistorySource> sources, HistoryCut cut, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var series = new HistorySeries[sources.Count];
        var tooMany = false;
        var (first, last) = cut.Around(from, to, viewer);
        await Parallel.ForAsync(0, sources.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (i, stop) =>
        {
            if (await PointsAsync(view, sources[i].Series, cut, first, last, stop) is not { } points)
            {
                tooMany = true;
                return;
            }

            series[i] = new(sources[i], i + 1, points, cut);
        });
        return tooMany ? null : series;
    }

    private async Task<List<HistoryPoint>?> PointsAsync(
        HistoryView view, SeriesSource source, HistoryCut cut, DateTimeOffset first, DateTimeOffset last, CancellationToken cancellationToken)
    {
        try
        {
            if (cut != HistoryCut.Raw)
            {
                var buckets = await api.BucketsAsync(source, first, last, cut.Bucket, viewer.ZoneName, cancellationToken);
                return [.. buckets.Reverse().Select(b => view.Humidity
                    ? new HistoryPoint(b.Ts, b.Humidity, b.HumidityMin, b.HumidityMax, b.Count)
                    : new(b.Ts, viewer.Degree(b.Temperature), viewer.Degree(b.TemperatureMin), viewer.Degree(b.TemperatureMax), b.Count))];
            }

            var readings = await api.ReadingsAsync(source, first, last, cancellationToken);
            if (readings.NextCursor is not null)
            {
                return null;
            }

            var oldestFirst = readings.Data.Reverse().ToList();
            var seconds = ReadingTime.Of([.. oldestFirst.Select(r => (r.DeviceId, r.Ts))]);
            return [.. oldestFirst.Zip(seconds, (r, stands) => Point(r.Ts, view.Humidity ? r.Humidity : viewer.Degree(r.Temperature), stands))];
        }
        catch (ApiException e) when (e.Status == System.Net.HttpStatusCode.NotFound)
        {
            // Deleted since; the others are shown all the same.
            return [];
        }
    }

    private static HistoryPoint Point(DateTimeOffset ts, double value, long seconds) => new(ts, value, value, value, 1, seconds);
}
