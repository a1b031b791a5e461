using Xunit;

namespace TechTemp.Testing;

/// <summary>
/// Compares what the program says of itself with its committed copy. With <c>UPDATE_SNAPSHOTS=1</c> in the environment the
/// copy is written instead.
/// </summary>
public static class Snapshot
{
    private static bool IsUpdating => Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1";

    /// <summary>Compares a whole file.</summary>
    public static void MatchFile(string path, string actual)
    {
        if (IsUpdating)
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }

    /// <summary>Compares the part of a Markdown file between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>.</summary>
    public static void MatchSection(string path, string name, string actual)
    {
        var (before, after) = ($"<!-- {name} -->\n", $"<!-- /{name} -->");
        var text = File.ReadAllText(path);
        var start = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
        var end = text.IndexOf(after, start, StringComparison.Ordinal);
        if (IsUpdating)
        {
            text = text[..start] + actual + text[end..];
            File.WriteAllText(path, text);
            end = start + actual.Length;
        }

        Assert.Equal(text[start..end], actual);
    }
}
