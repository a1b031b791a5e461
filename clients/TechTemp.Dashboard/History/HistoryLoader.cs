using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.History;

/// <summary>What a chart shows.</summary>
/// <param name="Quantity">What was measured.</param>
/// <param name="Cut">How time is cut.</param>
/// <param name="From">First moment that is shown.</param>
/// <param name="To">Last moment that is shown.</param>
/// <param name="Series">The lines; they reach beyond both ends.</param>
/// <param name="Measured">Every quantity that was measured in the range.</param>
public sealed record HistoryData(
    Quantity Quantity, HistoryCut Cut, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<HistorySeries> Series, IReadOnlyList<Quantity> Measured)
{
    /// <summary>Whether nothing was measured in the range.</summary>
    public bool Empty => Series.All(s => s.Between(From, To, Cut).Count == 0);
}

/// <summary>Fetches what a chart shows.</summary>
public sealed class HistoryLoader(ApiClient api, Quantities quantities, Viewer viewer)
{
    // The API answers large questions one after the other anyway.
    private const int AtOnce = 4;

    /// <summary>Fetches the readings of a view.</summary>
    /// <param name="view">What is shown.</param>
    /// <param name="sources">The rooms and devices.</param>
    /// <param name="newest">The keys of the quantities that are in their newest readings.</param>
    /// <param name="now">Now.</param>
    /// <param name="width">The chart's width in CSS pixels.</param>
    /// <param name="cancellationToken">Another view is wanted.</param>
    public async Task<HistoryData> LoadAsync(
        HistoryView view, IReadOnlyList<HistorySource> sources, IReadOnlySet<string> newest, DateTimeOffset now, int width, CancellationToken cancellationToken)
    {
        var (from, to) = view.Range(now);
        var cut = HistoryCut.For(to - from, width);
        // Where sensors send several times a second, single readings are more than anybody can see.
        var answers = await AnswersAsync(sources, cut, from, to, cancellationToken);
        if (answers is null)
        {
            cut = HistoryCut.Quarter;
            answers = (await AnswersAsync(sources, cut, from, to, cancellationToken))!;
        }

        var measured = quantities.All.Where(q => answers.Any(a => a.Has(q, from, to, cut))).ToList();
        var quantity = HistoryMeasures.Of(quantities.All, measured, newest, view.Measure).Shown;
        return new(quantity, cut, from, to, [.. answers.Select((a, i) => new HistorySeries(sources[i], i + 1, a.Points(quantity, viewer), cut))], measured);
    }

    private async Task<IReadOnlyList<HistoryAnswer>?> AnswersAsync(
        IReadOnlyList<HistorySource> sources, HistoryCut cut, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var answers = new HistoryAnswer[sources.Count];
        var tooMany = false;
        var (first, last) = cut.Around(from, to, viewer);
        await Parallel.ForAsync(0, sources.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (i, stop) =>
        {
            if (await AnswerAsync(sources[i].Series, cut, first, last, stop) is not { } answer)
            {
                tooMany = true;
                return;
            }

            answers[i] = answer;
        });
        return tooMany ? null : answers;
    }

    // With every quantity: which ones there are is known from the answer alone.
    private async Task<HistoryAnswer?> AnswerAsync(SeriesSource source, HistoryCut cut, DateTimeOffset first, DateTimeOffset last, CancellationToken cancellationToken)
    {
        try
        {
            if (cut != HistoryCut.Raw)
            {
                return HistoryAnswer.Of(await api.BucketsAsync(source, first, last, cut.Bucket, viewer.ZoneName, cancellationToken: cancellationToken));
            }

            var readings = await api.ReadingsAsync(source, first, last, cancellationToken);
            return readings.NextCursor is null ? HistoryAnswer.Of(readings.Data) : null;
        }
        catch (ApiException e) when (e.Status == System.Net.HttpStatusCode.NotFound)
        {
            // Deleted since; the others are shown all the same.
            return HistoryAnswer.None;
        }
    }
}
