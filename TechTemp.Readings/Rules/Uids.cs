using System.Buffers;

namespace TechTemp.Readings.Rules;

/// <summary>The rule for the ids of homes, devices and rooms: 1 to 50 characters of <c>[A-Za-z0-9_-]</c>, case-sensitive.</summary>
public static class Uids
{
    /// <summary>The longest id, in characters.</summary>
    public const int MaxLength = 50;

    /// <summary>The rule in words, for messages.</summary>
    public const string Rule = "must be 1 to 50 characters of A-Z a-z 0-9 _ -";

    private static readonly SearchValues<char> s_allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>Whether this is a valid id.</summary>
    public static bool IsValid(ReadOnlySpan<char> id) =>
        id.Length is > 0 and <= MaxLength && !id.ContainsAnyExcept(s_allowed);
}
