using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace TechTemp.Data.Store;

/// <summary>Copies the store into a file while it is in use, and puts such a file back in its place.</summary>
public sealed class StoreBackup(StoreConnections connections, Lazy<IDbContextFactory<TechTempContext>> contexts, TimeProvider time, ILogger<StoreSchema> logger)
{
    private readonly StoreConnections _store = connections.Unpooled(connections.Path);

    /// <summary>
    /// Writes the store as it is at one moment into a single new file, which is checked and on disk before it gets its
    /// name. Other processes may read and write meanwhile.
    /// </summary>
    /// <param name="file">The file to make, in a folder that is there.</param>
    /// <returns>What was done, in one line.</returns>
    /// <exception cref="StoreException">There is no backup, and nothing was left behind; the message says why.</exception>
    public string Backup(string file)
    {
        var start = time.GetTimestamp();
        var target = Path.GetFullPath(file);
        if (Path.Exists(target))
        {
            throw new StoreException($"'{target}' exists already, and a backup overwrites nothing. Name a new file.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(target)))
        {
            throw new StoreException($"The folder of '{target}' does not exist. Make it, or name another file.");
        }

        if (Schema(_store).Inspect() == SchemaState.Missing)
        {
            throw new StoreException($"There is no store at '{_store.Path}'. DB_PATH names the store's file.");
        }

        var partial = _store.Unpooled($"{target}.partial-{Guid.NewGuid():N}");
        return Use($"The backup '{target}' cannot be written", partial.Path, () =>
        {
            using (var source = _store.Open())
            using (var copy = partial.OpenOrCreate())
            {
                // A copy that is cut off is deleted: it needs neither a journal nor the disk's word for each step.
                copy.Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
                // In one step: one read transaction, which no writer waits for and which no write makes start again.
                source.BackupDatabase(copy);
            }

            var readings = Verify(partial, target, connection =>
            {
                // One file alone, whoever opens it: without this it would ask for a -wal beside it.
                connection.Execute("PRAGMA journal_mode = DELETE;");
                return Readings(connection);
            });
            StoreFiles.Sync(partial.Path);
            File.Move(partial.Path, target);
            return Line($"Backed up {readings:N0} readings into '{target}' ({Size(target):N1} MB) in {time.GetElapsedTime(start).TotalSeconds:N1} s.");
        });
    }

    /// <summary>
    /// Replaces the content of the store by that of a backup, in one transaction: whoever is killed in the middle leaves
    /// the old content, and processes that have the store open see the new one from their next transaction on. The backup
    /// is verified, and brought to this version's schema, in a copy, before anything is replaced. A store that is damaged
    /// is kept under another name.
    /// </summary>
    /// <param name="file">The backup; it is not changed.</param>
    /// <returns>What was done, in one line.</returns>
    /// <exception cref="StoreException">Nothing was replaced; the message says why.</exception>
    public string Restore(string file)
    {
        var start = time.GetTimestamp();
        var source = Path.GetFullPath(file);
        if (!File.Exists(source))
        {
            throw new StoreException($"There is no file '{source}'.");
        }

        if (source == _store.Path)
        {
            throw new StoreException($"'{source}' is the store itself. Name a backup of it.");
        }

        Schema(_store).PreparePlace();
        var copy = _store.Unpooled($"{_store.Path}.restoring-{Guid.NewGuid():N}");
        return Use($"'{source}' cannot be restored into '{_store.Path}'", copy.Path, () =>
        {
            StoreFiles.Copy(source, copy.Path);
            var readings = Verify(copy, source, Readings);
            Schema(copy, source).Migrate();
            string? aside = null;
            if (IsSound())
            {
                Replace(copy);
            }
            else
            {
                // Also what a store that is gone has left: its log would be taken for the new one's.
                aside = StoreFiles.SetAside(_store.Path, "damaged", time.GetUtcNow());
                StoreFiles.Sync(copy.Path);
                File.Move(copy.Path, _store.Path);
            }

            return Line($"Restored {readings:N0} readings from '{source}' into '{_store.Path}' in {time.GetElapsedTime(start).TotalSeconds:N1} s.")
                + (aside is null ? "" : $" The damaged store is kept as '{aside}'.");
        });
    }

    // Whether the content can be replaced by a transaction. Any version's: an older program with its backup is the way back.
    private bool IsSound()
    {
        if (!File.Exists(_store.Path))
        {
            return false;
        }

        try
        {
            using var connection = _store.Open();
            Schema(_store).RequireOurs(connection);
            return connection.ScalarText("PRAGMA quick_check(1);") == "ok";
        }
        catch (SqliteException e) when (e.IsDamage)
        {
            return false;
        }
    }

    private void Replace(StoreConnections copy)
    {
        using var from = copy.Open();
        using var to = _store.OpenOrCreate();
        try
        {
            from.BackupDatabase(to);
        }
        catch (SqliteException e) when (e.IsBusy)
        {
            throw new StoreException($"Another process is writing to '{_store.Path}' for longer than Store:BusyTimeout. Nothing was replaced; try again.", e);
        }

        // Gives the room of the log back as far as readers allow; a log that stays is only larger than it need be.
        to.Execute("PRAGMA wal_checkpoint(TRUNCATE);");
    }

    private T Verify<T>(StoreConnections copy, string name, Func<SqliteConnection, T> use)
    {
        if (Schema(copy, name).Inspect() == SchemaState.Missing)
        {
            throw new StoreException($"'{name}' is empty: there is no store in it.");
        }

        using var connection = copy.Open();
        var finding = connection.ScalarText("PRAGMA integrity_check(1);");
        return finding == "ok" ? use(connection) : throw new StoreException($"'{name}' is damaged: {finding.ReplaceLineEndings(" ")}.");
    }

    private static long Readings(SqliteConnection connection) => connection.ScalarLong("SELECT count(*) FROM readings;");

    private StoreSchema Schema(StoreConnections store, string? name = null) =>
        name is null ? new(store, contexts, logger) : new(store, contexts, logger) { Name = name, Advice = "Name another file" };

    private static T Use<T>(string failing, string temporary, Func<T> use)
    {
        try
        {
            return use();
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"{failing}: {e.Message}", e);
        }
        finally
        {
            StoreFiles.Delete(temporary);
        }
    }

    private static double Size(string path) => new FileInfo(path).Length / 1e6;

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
