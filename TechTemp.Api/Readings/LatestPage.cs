using System.Text.Json;
using TechTemp.Readings.Storage;

namespace TechTemp.Api.Readings;

/// <summary>The newest readings, as <see cref="LatestReadingDto"/> says, written without building that: dashboards ask for them all day.</summary>
/// <param name="latest">The readings: of a page one more than its limit, where there are more.</param>
/// <param name="limit">How many the answer has at most; null when it is no page.</param>
internal sealed class LatestPage(IReadOnlyList<LatestReading> latest, int? limit) : JsonPage
{
    private static readonly JsonEncodedText s_nextCursor = JsonEncodedText.Encode("next_cursor");

    protected override void Write(Utf8JsonWriter json)
    {
        var text = new UtcText();
        json.WriteStartArray(Data);
        foreach (var reading in limit is { } most ? latest.Take(most) : latest)
        {
            LatestJson.Write(json, text, reading.DeviceUid, reading.RoomUid, reading.Ts, reading.Values);
        }

        json.WriteEndArray();
        if (limit is { } count)
        {
            json.WriteString(s_nextCursor, latest.Count > count ? latest[count - 1].DeviceUid : null);
        }
    }
}
