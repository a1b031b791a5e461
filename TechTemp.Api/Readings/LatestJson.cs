using System.Text.Json;
using TechTemp.Readings.Quantities;

namespace TechTemp.Api.Readings;

/// <summary>Writes a device's newest reading as <see cref="LatestReadingDto"/> says: temperature and humidity always, others where they are measured.</summary>
internal static class LatestJson
{
    private static readonly JsonEncodedText s_deviceId = JsonEncodedText.Encode("device_id");
    private static readonly JsonEncodedText s_roomId = JsonEncodedText.Encode("room_id");
    private static readonly JsonEncodedText s_ts = JsonEncodedText.Encode("ts");

    public static void Write(Utf8JsonWriter json, UtcText text, string deviceUid, string? roomUid, long ts, in QuantityValues values)
    {
        json.WriteStartObject();
        json.WriteString(s_deviceId, deviceUid);
        json.WriteString(s_roomId, roomUid);
        json.WriteString(s_ts, text.Format(ts));
        foreach (var quantity in values.Quantities | QuantitySet.Usual)
        {
            json.WriteReading(QuantityColumns.Value(quantity), values[quantity]);
        }

        json.WriteEndObject();
    }
}
