using System.Diagnostics.CodeAnalysis;
using TechTemp.Readings.Rules;

namespace TechTemp.Readings.Messages;

/// <summary>The topics of a sensor: <c>home/{homeId}/sensors/{deviceId}/reading|state|status</c>.</summary>
public static class SensorTopic
{
    /// <summary>The subscription that receives every reading.</summary>
    public const string AllReadings = "home/+/sensors/+/reading";

    /// <summary>The subscription that receives every state.</summary>
    public const string AllStates = "home/+/sensors/+/state";

    /// <summary>The topic of readings with placeholders for its ids, for the names of spans.</summary>
    public const string ReadingTemplate = "home/{home}/sensors/{device}/reading";

    /// <summary>The topic of states with placeholders for its ids, for the names of spans.</summary>
    public const string StateTemplate = "home/{home}/sensors/{device}/state";

    /// <summary>The topic on which a sensor's newest committed reading is published.</summary>
    public static string State(string homeId, string deviceId) => $"home/{homeId}/sensors/{deviceId}/state";

    /// <summary>The topic on which a sensor publishes its readings.</summary>
    public static string Reading(string homeId, string deviceId) => $"home/{homeId}/sensors/{deviceId}/reading";

    /// <summary>
    /// Whether this topic is covered by <see cref="AllReadings"/>, with valid ids or without: what a subscriber would get.
    /// </summary>
    public static bool IsReading(ReadOnlySpan<char> topic) => TrySplit(topic, "reading", out _, out _);

    /// <summary>Takes a reading's topic apart; the whole topic must match and both ids be valid.</summary>
    public static bool TryParseReading(string topic, [NotNullWhen(true)] out string? homeId, [NotNullWhen(true)] out string? deviceId) =>
        TryParse(topic, "reading", out homeId, out deviceId);

    /// <summary>Takes a state's topic apart; the whole topic must match and both ids be valid.</summary>
    public static bool TryParseState(string topic, [NotNullWhen(true)] out string? homeId, [NotNullWhen(true)] out string? deviceId) =>
        TryParse(topic, "state", out homeId, out deviceId);

    private static bool TryParse(string topic, string kind, [NotNullWhen(true)] out string? homeId, [NotNullWhen(true)] out string? deviceId)
    {
        if (TrySplit(topic, kind, out var home, out var device) && Uids.IsValid(topic.AsSpan(home)) && Uids.IsValid(topic.AsSpan(device)))
        {
            homeId = topic[home];
            deviceId = topic[device];
            return true;
        }

        homeId = deviceId = null;
        return false;
    }

    private static bool TrySplit(ReadOnlySpan<char> topic, ReadOnlySpan<char> kind, out Range home, out Range device)
    {
        // One level more than there may be, so that a longer topic does not look like a shorter one.
        Span<Range> levels = stackalloc Range[6];
        var matches = topic.Split(levels, '/') == 5
            && topic[levels[0]] is "home"
            && topic[levels[2]] is "sensors"
            && topic[levels[4]].SequenceEqual(kind);
        (home, device) = matches ? (levels[1], levels[3]) : default;
        return matches;
    }
}
