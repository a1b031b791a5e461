using System.Buffers;
using System.Text.Json;
using TechTemp.Clients.Device.Spool;

namespace TechTemp.Clients.Device.Sending;

/// <summary>What a device says and hears (contract, section 1).</summary>
internal static class DeviceMessages
{
    public const string Online = "online";
    public const string Offline = "offline";

    /// <summary>A reading: <c>{"ts":1757537685793,"temperature_c":21.02,"humidity_pct":63.33,"seq":17,"seq_oldest":5}</c>.</summary>
    public static byte[] Reading(in NumberedReading numbered, long oldest)
    {
        var payload = new ArrayBufferWriter<byte>(128);
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteNumber("ts"u8, numbered.Reading.Ts);
        json.WriteNumber("temperature_c"u8, numbered.Reading.Temperature);
        json.WriteNumber("humidity_pct"u8, numbered.Reading.Humidity);
        json.WriteNumber("seq"u8, numbered.Seq);
        json.WriteNumber("seq_oldest"u8, Math.Min(oldest, numbered.Seq));
        json.WriteEndObject();
        json.Flush();
        return payload.WrittenSpan.ToArray();
    }

    /// <summary>A state's <c>acked_seq</c>; null where it has none, as that of a device that was never heard of.</summary>
    public static long? AckedSeq(ReadOnlySequence<byte> state)
    {
        try
        {
            using var json = JsonDocument.Parse(state);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("acked_seq"u8, out var seq) && seq.TryGetInt64(out var number)
                ? number
                : null;
        }
        // A cleared state is empty; and whoever may write there may write anything.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>A device's topics (contract, section 1).</summary>
internal sealed class DeviceTopics(string home, string id)
{
    public string Reading { get; } = $"home/{home}/sensors/{id}/reading";

    public string Status { get; } = $"home/{home}/sensors/{id}/status";

    public string State { get; } = $"home/{home}/sensors/{id}/state";
}
