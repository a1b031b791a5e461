using System.Text.Json;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;

namespace TechTemp.Api.Readings;

/// <summary>A page of buckets.</summary>
/// <param name="series">What they are made of.</param>
/// <param name="buckets">How time is cut.</param>
/// <param name="quantities">Which quantities each has.</param>
/// <param name="limit">How many at most.</param>
/// <param name="queries">Reads them.</param>
internal sealed class BucketPage(Series series, TimeBuckets buckets, QuantitySet quantities, int limit, BucketQueries queries) : SeriesPage
{
    private static readonly JsonEncodedText s_count = JsonEncodedText.Encode("count");

    protected override string? WriteRows(Utf8JsonWriter json)
    {
        var text = new UtcText();
        var page = queries.Newest(series.Parts, buckets, limit + 1, quantities);
        foreach (var bucket in page.Take(limit))
        {
            json.WriteStartObject();
            json.WriteString(Ts, text.Format(bucket.Start));
            foreach (var quantity in quantities)
            {
                var aggregate = bucket[quantity];
                json.WriteReading(QuantityColumns.Value(quantity), aggregate.IsEmpty ? null : aggregate.Mean);
                json.WriteReading(QuantityColumns.Least(quantity), aggregate.IsEmpty ? null : aggregate.Least);
                json.WriteReading(QuantityColumns.Greatest(quantity), aggregate.IsEmpty ? null : aggregate.Greatest);
            }

            json.WriteNumber(s_count, bucket.Count);
            json.WriteEndObject();
        }

        return page.Count > limit ? SeriesQuery.CursorAfter(page[limit - 1].Start) : null;
    }
}
