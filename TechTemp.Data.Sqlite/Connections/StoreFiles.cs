using System.Globalization;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>The files that a store is made of, and moves of them that lose nothing.</summary>
internal static class StoreFiles
{
    /// <summary>The write-ahead log of a database and the log's index.</summary>
    public static IReadOnlyList<string> LogSuffixes { get; } = ["-wal", "-shm"];

    // The write-ahead log before its database: a database without its log is only older, a log without its database is nothing.
    private static readonly string[] s_suffixes = [.. LogSuffixes, "-journal", ""];

    /// <summary>Creates a file that only this user can read and write.</summary>
    /// <exception cref="IOException">It exists already, or cannot be created.</exception>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new(path, options);
    }

    /// <summary>Creates a folder, with those above it, that only this user can use. One that exists stays as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            // Each by itself: the mode holds for the last one only.
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } above)
            {
                CreateFolder(above);
            }

            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Copies a store that nobody writes, with what belongs to it and is not in the file yet.</summary>
    public static void Copy(string source, string target)
    {
        // The index of the log (-shm) is made anew from the log.
        foreach (var suffix in s_suffixes.Where(suffix => suffix != "-shm" && File.Exists(source + suffix)))
        {
            using var from = File.OpenRead(source + suffix);
            using var to = Create(target + suffix);
            from.CopyTo(to);
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
        var aside = Aside(path, why, now);
        var moved = (suffixes ?? s_suffixes).Where(suffix => TryMove(path + suffix, aside + suffix)).ToList();
        return moved.Count > 0 ? aside : null;
    }

    /// <summary>A name for a copy of a store that nothing has yet: <c>techtemp.db.before-restore-20260301T120000Z</c>.</summary>
    public static string FreeName(string path, string why, DateTimeOffset now)
    {
        var name = Aside(path, why, now);
        for (var i = 2; Path.Exists(name); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{Aside(path, why, now)}-{i}");
        }

        return name;
    }

    private static string Aside(string path, string why, DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}.{why}-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");

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
