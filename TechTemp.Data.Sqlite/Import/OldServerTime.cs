using System.Globalization;

namespace TechTemp.Data.Sqlite.Import;

/// <summary>
/// Reads the times of the old server: what JavaScript wrote, what SQLite's <c>CURRENT_TIMESTAMP</c> wrote (UTC), and what a sensor or a
/// person sent and was stored as it came.
/// <code>2025-09-10T20:54:45.793Z   2025-09-10T20:54:45Z   2025-09-10 20:54:45   2025-09-10T22:54:45+02:00   1757537685793</code>
/// </summary>
internal static class OldServerTime
{
    private static readonly string[] s_formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"];

    /// <summary>Unix milliseconds UTC; null for what is no time.</summary>
    public static long? Parse(object? value) => value switch
    {
        long milliseconds => milliseconds,
        double milliseconds when Math.Abs(milliseconds) < 1e15 => (long)milliseconds,
        string text when DateTimeOffset.TryParseExact(
            text, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) => time.ToUnixTimeMilliseconds(),
        _ => null,
    };
}
