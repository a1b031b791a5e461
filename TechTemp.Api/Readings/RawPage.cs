using System.Text.Json;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Quantities;

namespace TechTemp.Api.Readings;

/// <summary>A page of single readings.</summary>
/// <param name="series">What they are the readings of.</param>
/// <param name="readings">Newest first.</param>
/// <param name="quantities">Which quantities each has.</param>
/// <param name="limit">How many at most.</param>
/// <param name="namesDevices">Whether each names its device: a room's do.</param>
internal sealed class RawPage(Series series, IEnumerable<SeriesReading> readings, QuantitySet quantities, int limit, bool namesDevices) : SeriesPage
{
    private static readonly JsonEncodedText s_source = JsonEncodedText.Encode("source");
    private static readonly JsonEncodedText s_deviceId = JsonEncodedText.Encode("device_id");
    private static readonly JsonEncodedText[] s_sources = [.. Enum.GetValues<ReadingSource>().Select(s => JsonEncodedText.Encode(s.ToText()))];

    protected override string? WriteRows(Utf8JsonWriter json)
    {
        var text = new UtcText();
        var count = 0;
        var last = default(SeriesReading);
        foreach (var reading in readings)
        {
            if (count++ == limit)
            {
                return SeriesQuery.CursorAfter(last.Ts, namesDevices ? last.DeviceId : null);
            }

            last = reading;
            json.WriteStartObject();
            json.WriteString(Ts, text.Format(reading.Ts));
            foreach (var quantity in quantities)
            {
                json.WriteReading(QuantityColumns.Value(quantity), reading.Values[quantity]);
            }

            json.WriteString(s_source, s_sources[(int)reading.Source]);
            if (namesDevices)
            {
                json.WriteString(s_deviceId, series.DeviceUids[reading.DeviceId]);
            }

            json.WriteEndObject();
        }

        return null;
    }
}
