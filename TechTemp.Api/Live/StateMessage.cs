using System.Text.Json;
using TechTemp.Api.Readings;
using TechTemp.Data.Readings;

namespace TechTemp.Api.Live;

/// <summary>
/// A state as it is published: <c>{"ts": 1757537685793, "temperature_c": 21.02, "humidity_pct": 63.33, "room": "salon"}</c>,
/// with fields that do not matter here. At a broker without rules anybody may publish there, so it need not be one.
/// </summary>
internal sealed record StateMessage(long Ts, double TemperatureC, double HumidityPct, string? Room = null)
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
    };

    private static readonly long s_maxTs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>The state; null when it is none.</summary>
    public static StateMessage? Parse(ReadOnlySpan<byte> payload)
    {
        try
        {
            // A number too large for a double is read as infinite, which JSON cannot say.
            return JsonSerializer.Deserialize<StateMessage>(payload, s_json) is { } state
                && state.Ts >= ReadingRules.MinTs && state.Ts <= s_maxTs
                && double.IsFinite(state.TemperatureC) && double.IsFinite(state.HumidityPct)
                    ? state
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public LatestReadingDto ToDto(string deviceUid) => new(deviceUid, Room, DateTimeOffset.FromUnixTimeMilliseconds(Ts), TemperatureC, HumidityPct);
}
