namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>Finds what somebody probably meant.</summary>
internal static class Suggestion
{
    /// <summary>"Did you mean '…'?" with the closest known name, after a space; empty when none is close.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="known">The names that there are.</param>
    public static string For(string text, IEnumerable<string> known)
    {
        // A third of the letters may differ; a word of three letters then still has two of its own.
        var (name, distance) = known.Select(name => (name, Distance(text, name))).DefaultIfEmpty(("", int.MaxValue)).MinBy(candidate => candidate.Item2);
        return distance <= Math.Max(1, text.Length / 3) ? $" Did you mean '{name}'?" : "";
    }

    /// <summary>How many letters must be added, dropped, replaced or swapped with their neighbour (optimal string alignment); upper and lower case count as equal.</summary>
    internal static int Distance(string from, string to)
    {
        var rows = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                rows[i, j] = i == 0 ? j : j == 0 ? i : Math.Min(
                    Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1,
                    rows[i - 1, j - 1] + (Same(from[i - 1], to[j - 1]) ? 0 : 1));
                if (i > 1 && j > 1 && Same(from[i - 1], to[j - 2]) && Same(from[i - 2], to[j - 1]))
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[from.Length, to.Length];
    }

    private static bool Same(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
