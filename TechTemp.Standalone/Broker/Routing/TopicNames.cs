namespace TechTemp.Standalone.Broker.Routing;

/// <summary>The rules for topic names and topic filters (MQTT 5, section 4.7).</summary>
internal static class TopicNames
{
    /// <summary>The most levels of a topic filter. MQTT has no limit; Mosquitto allows 200.</summary>
    public const int MostLevels = 200;

    private const string SharePrefix = "$share/";

    /// <summary>Whether a message can be published on this topic.</summary>
    public static bool IsValidName(string? topic) => topic is { Length: > 0 } && topic.AsSpan().IndexOfAny('+', '#', '\0') < 0;

    /// <summary>Whether this is a valid topic filter, without the prefix of a shared subscription.</summary>
    public static bool IsValidFilter(ReadOnlySpan<char> filter)
    {
        if (filter.IsEmpty || filter.Contains('\0'))
        {
            return false;
        }

        var levels = 0;
        foreach (var range in filter.Split('/'))
        {
            var level = filter[range];
            var isLast = range.End.Value == filter.Length;
            // A wildcard fills its level, and '#' is the last one.
            if (++levels > MostLevels || (level.Length > 1 && level.IndexOfAny('+', '#') >= 0) || (level is "#" && !isLast))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Splits <c>$share/{group}/{filter}</c> (MQTT 5, section 4.8.2); the group is null for another filter.</summary>
    /// <returns>False when the filter or the group is invalid.</returns>
    public static bool TryParse(string text, out string? group, out string filter)
    {
        (group, filter) = (null, text);
        if (text.StartsWith(SharePrefix, StringComparison.Ordinal))
        {
            var end = text.IndexOf('/', SharePrefix.Length);
            if (end <= SharePrefix.Length)
            {
                return false;
            }

            (group, filter) = (text[SharePrefix.Length..end], text[(end + 1)..]);
            if (group.AsSpan().IndexOfAny('+', '#') >= 0)
            {
                return false;
            }
        }

        return IsValidFilter(filter);
    }

    /// <summary>Whether a filter covers a topic. Wildcards at the first level do not cover topics that begin with '$'.</summary>
    public static bool Matches(ReadOnlySpan<char> filter, ReadOnlySpan<char> topic)
    {
        if (topic is ['$', ..] && filter is ['+' or '#', ..])
        {
            return false;
        }

        while (true)
        {
            var level = First(filter);
            if (level is "#")
            {
                return true;
            }

            var name = First(topic);
            if (level is not "+" && !level.SequenceEqual(name))
            {
                return false;
            }

            if (name.Length == topic.Length)
            {
                // "sensors/#" covers "sensors" too.
                return level.Length == filter.Length || filter[(level.Length + 1)..] is "#";
            }

            if (level.Length == filter.Length)
            {
                return false;
            }

            filter = filter[(level.Length + 1)..];
            topic = topic[(name.Length + 1)..];
        }
    }

    private static ReadOnlySpan<char> First(ReadOnlySpan<char> text) => text.IndexOf('/') is var end and >= 0 ? text[..end] : text;
}
