using System.Text.Json;
using TechTemp.Data.Readings;

namespace TechTemp.Api.Readings;

/// <summary>The newest readings, as <see cref="LatestReadingDto"/> says, written without building that: dashboards ask for them all day.</summary>
internal sealed class LatestPage(IReadOnlyList<LatestReading> latest) : JsonPage
{
    private static readonly JsonEncodedText s_deviceId = JsonEncodedText.Encode("device_id");
    private static readonly JsonEncodedText s_roomId = JsonEncodedText.Encode("room_id");

    protected override void Write(Utf8JsonWriter json)
    {
        var text = new UtcText();
        json.WriteStartArray(Data);
        foreach (var reading in latest)
        {
            json.WriteStartObject();
            json.WriteString(s_deviceId, reading.DeviceUid);
            json.WriteString(s_roomId, reading.RoomUid);
            json.WriteString(Ts, text.Format(reading.Ts));
            json.WriteReading(Temperature, reading.Temperature);
            json.WriteReading(Humidity, reading.Humidity);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
