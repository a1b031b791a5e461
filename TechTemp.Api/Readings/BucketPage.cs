using System.Text.Json;
using TechTemp.Data.Readings;

namespace TechTemp.Api.Readings;

/// <summary>A page of buckets.</summary>
/// <param name="series">What they are made of.</param>
/// <param name="buckets">How time is cut.</param>
/// <param name="limit">How many at most.</param>
/// <param name="queries">Reads them.</param>
internal sealed class BucketPage(Series series, Buckets buckets, int limit, BucketQueries queries) : SeriesPage
{
    private static readonly JsonEncodedText s_temperatureMin = JsonEncodedText.Encode("temperature_min");
    private static readonly JsonEncodedText s_temperatureMax = JsonEncodedText.Encode("temperature_max");
    private static readonly JsonEncodedText s_humidityMin = JsonEncodedText.Encode("humidity_min");
    private static readonly JsonEncodedText s_humidityMax = JsonEncodedText.Encode("humidity_max");
    private static readonly JsonEncodedText s_count = JsonEncodedText.Encode("count");

    protected override string? WriteRows(Utf8JsonWriter json)
    {
        var text = new UtcText();
        var page = queries.Newest(series.Parts, buckets, limit + 1);
        foreach (var bucket in page.Take(limit))
        {
            json.WriteStartObject();
            json.WriteString(Ts, text.Format(bucket.Start));
            json.WriteReading(Temperature, bucket.Temperature);
            json.WriteReading(s_temperatureMin, bucket.TemperatureMin);
            json.WriteReading(s_temperatureMax, bucket.TemperatureMax);
            json.WriteReading(Humidity, bucket.Humidity);
            json.WriteReading(s_humidityMin, bucket.HumidityMin);
            json.WriteReading(s_humidityMax, bucket.HumidityMax);
            json.WriteNumber(s_count, bucket.Count);
            json.WriteEndObject();
        }

        return page.Count > limit ? SeriesQuery.CursorAfter(page[limit - 1].Start) : null;
    }
}
