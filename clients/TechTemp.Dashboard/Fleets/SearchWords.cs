using System.Text;

namespace TechTemp.Dashboard.Fleets;

/// <summary>
/// Compares names as people do: without regard to case and accents, and with numbers by their value. The programs run without ICU (decision 0006), so .NET
/// does neither.
/// </summary>
public static class SearchWords
{
    // Latin-1 and the letters of French that lie beyond it.
    private const string Accented = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿœæß";
    private const string Plain = "aaaaaaceeeeiiiinooooouuuuyyoas";

    /// <summary>Orders folded names: digits by the value of their number.</summary>
    public static IComparer<string> Order { get; } = Comparer<string>.Create(Compare);

    /// <summary>A text in lower case and without accents.</summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            var lower = char.ToLowerInvariant(c);
            var at = lower < 128 ? -1 : Accented.IndexOf(lower, StringComparison.Ordinal);
            folded.Append(at < 0 ? lower : Plain[at]);
        }

        return folded.ToString();
    }

    /// <summary>The words of a search.</summary>
    public static string[] Of(string? search) => Fold(search ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static int Compare(string a, string b)
    {
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            if (char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j]))
            {
                var first = Number(a, ref i);
                var second = Number(b, ref j);
                var byValue = first.Length != second.Length ? first.Length - second.Length : first.SequenceCompareTo(second);
                if (byValue != 0)
                {
                    return byValue;
                }
            }
            else if (a[i] != b[j])
            {
                return a[i] - b[j];
            }
            else
            {
                i++;
                j++;
            }
        }

        return a.Length - b.Length;
    }

    // The digits from here on, without leading zeros.
    private static ReadOnlySpan<char> Number(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return text.AsSpan(start, at - start).TrimStart('0');
    }
}
