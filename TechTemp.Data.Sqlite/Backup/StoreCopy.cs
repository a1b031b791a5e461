using Microsoft.Data.Sqlite;
using SQLitePCL;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Backup;

/// <summary>Copies all pages of a store at once, by SQLite's own backup: https://sqlite.org/c3ref/backup_finish.html</summary>
internal static class StoreCopy
{
    /// <summary>Writes a store as it is at one moment into a new file without a log beside it.</summary>
    /// <exception cref="StoreException">It failed; what is in the file is to be deleted.</exception>
    public static void Write(SqliteConnection source, StoreConnections target)
    {
        using var copy = target.OpenOrCreate();
        // A copy that is cut off is deleted: it needs neither a journal on disk nor the disk's word for each step.
        copy.Execute("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;");
        // In one step: one read transaction, which no writer waits for and which no write makes start again.
        SqliteStoreException.Translate(() =>
        {
            source.BackupDatabase(copy);
            return 0;
        });
        // One file alone, whoever opens it: without this it would ask for a -wal beside it.
        copy.Execute("PRAGMA journal_mode = DELETE;");
    }

    /// <summary>Replaces the content of a store in one transaction.</summary>
    /// <param name="source">The new content.</param>
    /// <param name="store">The store; nobody has a transaction on it through this connection.</param>
    /// <param name="locked">Called while nobody else can write to the store and its content is still the old one.</param>
    /// <exception cref="StoreException">It failed, and nothing was replaced; SQLITE_BUSY when another process writes for too long.</exception>
    public static void Replace(SqliteConnection source, SqliteConnection store, Action locked)
    {
        using var backup = raw.sqlite3_backup_init(store.Handle!, "main", source.Handle!, "main");
        if (backup.IsInvalid)
        {
            SqliteStoreException.ThrowIfFailed(raw.sqlite3_errcode(store.Handle!), store.Handle!);
        }

        // A step of no pages takes the store's write lock, which is kept until the last step.
        Check(raw.sqlite3_backup_step(backup, 0), store);
        locked();
        Check(raw.sqlite3_backup_step(backup, -1), store);
        SqliteStoreException.ThrowIfFailed(raw.sqlite3_backup_finish(backup), store.Handle!);
    }

    private static void Check(int result, SqliteConnection store)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_DONE))
        {
            throw new SqliteStoreException(raw.sqlite3_errstr(result).utf8_to_string(), result & 0xff, result);
        }
    }
}
