using System.IO.Pipelines;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;

namespace TechTemp.Api.Readings;

/// <summary>A page of buckets.</summary>
/// <param name="series">What they are made of.</param>
/// <param name="buckets">How time is cut.</param>
/// <param name="quantities">Which quantities each has.</param>
/// <param name="limit">How many at most.</param>
/// <param name="queries">Reads them.</param>
internal sealed class BucketPage(Series series, TimeBuckets buckets, QuantitySet quantities, int limit, BucketQueries queries) : SeriesPage
{
    private IReadOnlyList<Bucket> _page = [];

    protected override async ValueTask ReadAsync(CancellationToken cancellationToken) =>
        _page = await queries.NewestAsync(series.Parts, buckets, limit + 1, quantities, cancellationToken);

    protected override string? WriteRows(RowText text, PipeWriter output)
    {
        var (means, leasts, greatests) = (QuantityColumns.JsonNames(quantities), QuantityColumns.JsonNames(quantities, "_min"), QuantityColumns.JsonNames(quantities, "_max"));
        for (var row = 0; row < Math.Min(limit, _page.Count); row++)
        {
            var bucket = _page[row];
            BeginRow(text, output, isFirst: row == 0);
            text.Add("{\"ts\":\""u8);
            text.AddTime(bucket.Start);
            text.Add((byte)'"');
            var column = 0;
            foreach (var quantity in quantities)
            {
                var aggregate = bucket[quantity];
                AddValue(text, means[column], aggregate.IsEmpty, aggregate.Mean);
                AddValue(text, leasts[column], aggregate.IsEmpty, aggregate.Least);
                AddValue(text, greatests[column++], aggregate.IsEmpty, aggregate.Greatest);
            }

            text.Add(",\"count\":"u8);
            text.AddNumber(bucket.Count);
            text.Add((byte)'}');
        }

        return _page.Count > limit ? SeriesQuery.CursorAfter(_page[limit - 1].Start) : null;
    }

    private static void AddValue(RowText text, ReadOnlySpan<byte> name, bool isEmpty, double value)
    {
        text.Add(name);
        text.AddNumberOrNull(isEmpty ? double.NaN : value);
    }
}
