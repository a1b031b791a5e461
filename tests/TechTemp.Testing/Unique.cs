using System.Globalization;

namespace TechTemp.Testing;

/// <summary>Ids that no other test of this run uses, so that tests can share a stack.</summary>
public static class Unique
{
    private static int s_last;

    /// <summary>An id such as <c>sensor-17</c>.</summary>
    public static string Uid(string prefix = "sensor") =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}-{Interlocked.Increment(ref s_last)}");
}
