using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>What an open connection knows about its file, which may no longer be the one at its path.</summary>
internal static partial class OpenFile
{
    // https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html#sqlitefcntlhasmoved
    private const int HasMovedQuery = 20;

    /// <summary>
    /// Whether the file was removed, renamed or replaced since it was opened. SQLite would go on writing to it, and what
    /// it commits there is gone.
    /// </summary>
    public static bool HasMoved(SqliteConnection connection)
    {
        var moved = 0;
        // Where files cannot be moved while they are open, on Windows, the question is not known, and not needed.
        return FileControl(connection.Handle!, "main", HasMovedQuery, ref moved) == raw.SQLITE_OK && moved != 0;
    }

    /// <summary>Whether the file could only be opened for reading, as on a file system that is read-only at the moment.</summary>
    public static bool IsReadOnly(SqliteConnection connection) => raw.sqlite3_db_readonly(connection.Handle!, "main") == 1;

    /// <summary>
    /// Gives the log of a replaced database another name, where it was left behind: SQLite would take it for the new
    /// database's and mix the two. A log that came with the new database stays.
    /// </summary>
    public static void SetLogAside(SqliteConnection connection, DateTimeOffset now)
    {
        // As SQLite calls it: without symbolic links, as the kernel does.
        var path = raw.sqlite3_db_filename(connection.Handle!, "main").utf8_to_string();
        // A log that this process has open under its first name is the replaced database's, unless it has the new database open already: then
        // the log has been set aside before, and this is the new one's, with readings in it. Elsewhere the likely case is assumed.
        if (!OperatingSystem.IsLinux() || OpenFiles() is var open && open.Contains(path + "-wal") && !open.Contains(path))
        {
            StoreFiles.SetAside(path, "replaced", now, StoreFiles.LogSuffixes);
        }
    }

    // The name of a file that was removed has " (deleted)" behind it (proc(5)).
    private static HashSet<string?> OpenFiles() => [.. new DirectoryInfo("/proc/self/fd").EnumerateFiles().Select(file => file.LinkTarget)];

    /// <summary>What a write to a file that has moved is called: SQLITE_READONLY_DBMOVED.</summary>
    public static StoreException Moved(string path) =>
        new SqliteStoreException($"'{path}' was removed, moved or replaced while it was in use.", raw.SQLITE_READONLY, raw.SQLITE_READONLY_DBMOVED);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileControl(sqlite3 database, string name, int operation, ref int argument);
}
