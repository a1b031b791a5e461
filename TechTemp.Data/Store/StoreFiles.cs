using System.Globalization;

namespace TechTemp.Data.Store;

/// <summary>The files that a store is made of, and moves of them that lose nothing.</summary>
internal static class StoreFiles
{
    /// <summary>The write-ahead log of a database and the log's index.</summary>
    public static IReadOnlyList<string> LogSuffixes { get; } = ["-wal", "-shm"];

    // The write-ahead log before its database: a database without its log is only older, a log without its database is nothing.
    private static readonly string[] s_suffixes = [.. LogSuffixes, "-journal", ""];

    /// <summary>Copies a store that nobody writes, with what belongs to it and is not in the file yet.</summary>
    public static void Copy(string source, string target)
    {
        // The index of the log (-shm) is made anew from the log.
        foreach (var suffix in s_suffixes.Where(suffix => suffix != "-shm" && File.Exists(source + suffix)))
        {
            File.Copy(source + suffix, target + suffix);
        }
    }

    /// <summary>Gives a store's files another name: <c>techtemp.db.damaged-20260301T120000Z</c>, <c>….damaged-20260301T120000Z-wal</c>.</summary>
    /// <param name="path">The database.</param>
    /// <param name="why">A word for the new name.</param>
    /// <param name="now">The time for the new name.</param>
    /// <param name="suffixes">Which of its files; null for all.</param>
    /// <returns>The new name; null when there was no file at all.</returns>
    public static string? SetAside(string path, string why, DateTimeOffset now, IEnumerable<string>? suffixes = null)
    {
        var aside = string.Create(CultureInfo.InvariantCulture, $"{path}.{why}-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");
        var moved = (suffixes ?? s_suffixes).Where(suffix => TryMove(path + suffix, aside + suffix)).ToList();
        return moved.Count > 0 ? aside : null;
    }

    private static bool TryMove(string path, string target)
    {
        try
        {
            File.Move(path, target);
            return true;
        }
        catch (FileNotFoundException)
        {
            // It never was there, or another process has moved it at the same moment for the same reason.
            return false;
        }
    }

    /// <summary>Deletes a copy.</summary>
    public static void Delete(string path)
    {
        foreach (var suffix in s_suffixes)
        {
            File.Delete(path + suffix);
        }
    }

    /// <summary>Waits until a file is on the disk.</summary>
    public static void Sync(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }
}
