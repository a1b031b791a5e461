using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TechTemp.Data.Sqlite.Broker;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Instances;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Backup;

/// <summary>Puts a backup in the place of the store.</summary>
public sealed class StoreRestore(StoreConnections connections, Lazy<IDbContextFactory<TechTempContext>> contexts, TimeProvider time, ILogger<StoreSchema> logger)
{
    private readonly StoreConnections _store = connections.Unpooled(connections.Path);
    private readonly StoreVerification _verification = new(contexts, logger);

    /// <summary>
    /// Replaces the content of the store by that of a backup, in one transaction: whoever is killed in the middle leaves
    /// the old content, and processes that have the store open see the new one from their next transaction on. The backup
    /// is verified, and brought to this version's schema, in a copy, before anything is replaced. The old content is kept in a
    /// file beside the store, to the last reading.
    /// </summary>
    /// <param name="file">The backup; it is not changed.</param>
    /// <param name="confirm">Is told in one line what would be replaced by what; false leaves the store as it is. Not asked where there is no store.</param>
    /// <returns>What was done, in one line.</returns>
    /// <exception cref="StoreException">Nothing was replaced; the message says why.</exception>
    public string Restore(string file, Func<string, bool> confirm)
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

        _verification.Schema(_store).PreparePlace();
        var copy = _store.Unpooled($"{_store.Path}.restoring-{Guid.NewGuid():N}");
        return StoreVerification.Use($"'{source}' cannot be restored into '{_store.Path}'", copy.Path, () =>
        {
            StoreFiles.Copy(source, copy.Path);
            var content = _verification.Prepare(copy, source);
            var (state, present, mark) = Look();
            if (state != Present.Missing && !confirm($"This replaces the store '{_store.Path}' ({present}) by '{source}' ({content}). The present store is kept beside it."))
            {
                throw new StoreException("Nothing was replaced.");
            }

            Mark(copy, mark);
            var aside = state == Present.Sound ? Replace(copy) : Move(copy);
            return string.Create(CultureInfo.InvariantCulture, $"Restored {content.Readings:N0} readings from '{source}' into '{_store.Path}' in {time.GetElapsedTime(start).TotalSeconds:N1} s.")
                + (aside is null ? "" : $" The store of before is kept as '{aside}'.");
        });
    }

    private enum Present
    {
        Missing,
        Damaged,
        Sound,
    }

    // What there is now. Any version's, and with any schema: a backup is also the way back from a newer version or from a store that is not trusted.
    private (Present State, string Content, long Mark) Look()
    {
        if (!File.Exists(_store.Path))
        {
            return (Present.Missing, "", 0);
        }

        try
        {
            using var connection = _store.Open();
            if (!_verification.Schema(_store).RequireOurs(connection))
            {
                return (Present.Missing, "", 0);
            }

            return connection.ScalarText("PRAGMA quick_check(1);") == "ok" ? (Present.Sound, Describe(connection), RestoreMark.Read(connection)) : (Present.Damaged, "damaged", 0);
        }
        catch (SqliteStoreException e) when (e.IsDamage)
        {
            return (Present.Damaged, "damaged", 0);
        }
    }

    private static string Describe(SqliteConnection connection)
    {
        try
        {
            return StoreContent.Of(connection).ToString();
        }
        catch (SqliteStoreException e) when (!e.IsDamage && !e.IsBusy)
        {
            return "of another version";
        }
    }

    // Running programs find out by it that their store was restored: StoreWatch.
    private void Mark(StoreConnections copy, long present)
    {
        using var connection = copy.Open();
        RestoreMark.Write(connection, present, time.GetUtcNow());
        KeepIdentity(connection);
    }

    // What the store is known by at the broker stays where there is a store. Whichever process runs finds itself not registered, and registers.
    private void KeepIdentity(SqliteConnection copy)
    {
        copy.Execute("DELETE FROM ingest_instance;");
        if (!File.Exists(_store.Path))
        {
            return;
        }

        try
        {
            using var present = _store.Open();
            if (_verification.Schema(_store).RequireOurs(present))
            {
                StoreUid.Keep(present, copy);
                BrokerKeeping.Keep(present, copy);
            }
        }
        // Where it cannot be read any more, the backup's is most likely the same.
        catch (SqliteStoreException e) when (!e.IsBusy)
        {
        }
    }

    private string Replace(StoreConnections copy)
    {
        var kept = StoreFiles.FreeName(_store.Path, "before-restore", time.GetUtcNow());
        using var from = copy.Open();
        using var to = _store.Open();
        try
        {
            // So that the old content can be read while its place is locked; it is in this mode unless somebody copied it there by hand.
            to.Execute("PRAGMA journal_mode = WAL;");
            StoreCopy.Replace(from, to, () => Keep(kept));
        }
        catch (Exception e)
        {
            StoreFiles.Delete(kept);
            if (e is SqliteStoreException { IsBusy: true })
            {
                throw new StoreException($"Another process is writing to '{_store.Path}' for longer than Store:BusyTimeout. Nothing was replaced; try again.", e);
            }

            throw;
        }

        // Gives the room of the log back as far as readers allow; a log that stays is only larger than it need be.
        to.Execute("PRAGMA wal_checkpoint(TRUNCATE);");
        return kept;
    }

    // While nobody can write: every reading that was acknowledged before the restore is in it.
    private void Keep(string kept)
    {
        var target = _store.Unpooled(kept);
        using (var present = _store.Open())
        {
            StoreCopy.Write(present, target);
        }

        StoreFiles.Sync(kept);
    }

    private string? Move(StoreConnections copy)
    {
        // Also what a store that is gone has left: its log would be taken for the new one's.
        var aside = StoreFiles.SetAside(_store.Path, "damaged", time.GetUtcNow());
        StoreFiles.Sync(copy.Path);
        File.Move(copy.Path, _store.Path);
        return aside;
    }
}
