using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Backup;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Schema;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Store;

/// <summary>What a restore makes of a store, and what it does not replace.</summary>
public sealed class RestoredStoreTests : BackupTest
{
    [Fact]
    public void A_restored_store_has_the_content_of_the_backup_and_nothing_else()
    {
        var now = _store.Now;
        _store.Write(Reading(now, 1));
        Backup();
        var bytes = File.ReadAllBytes(BackupPath);
        _store.Write(Enumerable.Range(1, 5_000).Select(i => Reading(now + i, device: $"s{i % 7}")).ToList());

        Assert.Contains("1 readings", Restore(), StringComparison.Ordinal);
        Assert.Equal([(now, 1d, 50d)], _store.Readings());
        Assert.Equal([OutcomeKind.Stored, OutcomeKind.Duplicate], _store.Write(Reading(now + 1, 5), Reading(now, 1)).Outcomes.Select(o => o.Kind));
        Assert.Equal(["ok", "wal", "2"], InStore("PRAGMA integrity_check;", "PRAGMA journal_mode;", "PRAGMA auto_vacuum;"));
        Assert.Equal(bytes, File.ReadAllBytes(BackupPath));
        Assert.Equal(["backup.db"], Names());
    }

    [Fact]
    public void A_larger_backup_replaces_a_smaller_store()
    {
        _store.Write(Enumerable.Range(0, 5_000).Select(i => Reading(_store.Now + i)).ToList());
        Backup();
        _store.Execute("DELETE FROM readings; PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);");
        var reader = _store.Connections.Open();
        using (reader)
        {
            reader.Execute("BEGIN;");
            Assert.Equal(0, reader.ScalarLong("SELECT count(*) FROM readings;"));
            Restore();
            Assert.Equal(0, reader.ScalarLong("SELECT count(*) FROM readings;"));
            reader.Execute("COMMIT;");
            Assert.Equal(5_000, reader.ScalarLong("SELECT count(*) FROM readings;"));
        }

        Assert.Equal(["ok"], InStore("PRAGMA integrity_check;"));
    }

    [Fact]
    public void A_store_that_is_missing_is_made()
    {
        _store.Write(Reading(_store.Now, 3));
        Backup();
        // As after an accident: the log of the store that is gone still lies there, and some process has it open.
        using var connection = _store.Connections.Open();
        _store.Write(Reading(_store.Now + 1, 4));
        File.Delete(StorePath);

        Restore();
        Assert.Equal(["1", "ok"], InFile(StorePath, "SELECT count(*) FROM readings;", "PRAGMA integrity_check;"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_damaged_store_is_kept_under_another_name(bool noDatabase)
    {
        _store.Write(Enumerable.Range(0, 2_000).Select(i => Reading(_store.Now + i)).ToList());
        Backup();
        _store.Execute("PRAGMA wal_checkpoint(TRUNCATE);");
        if (noDatabase)
        {
            File.WriteAllBytes(StorePath, RandomNumberGenerator.GetBytes(8_192));
        }
        else
        {
            Damage(StorePath);
        }

        var damaged = File.ReadAllBytes(StorePath);
        var aside = $"{StorePath}.damaged-20260301T120000Z";
        Assert.Contains(aside, Restore(), StringComparison.Ordinal);
        Assert.Equal(damaged, File.ReadAllBytes(aside));
        Assert.Equal(["2000", "ok"], InFile(StorePath, "SELECT count(*) FROM readings;", "PRAGMA integrity_check;"));
    }

    [Fact]
    public void What_is_no_backup_replaces_nothing()
    {
        _store.Write(Reading(_store.Now));
        Refuses(() => Restore(), BackupPath, "no file");
        Refuses(() => _store.Get<StoreRestore>().Restore(StorePath, _ => true), StorePath, "store itself");

        File.WriteAllBytes(BackupPath, []);
        Refuses(() => Restore(), BackupPath, "empty");

        File.WriteAllBytes(BackupPath, RandomNumberGenerator.GetBytes(8_192));
        Refuses(() => Restore(), BackupPath, "not a SQLite database");

        File.Delete(BackupPath);
        Foreign("CREATE TABLE recipes (id INTEGER);");
        Refuses(() => Restore(), BackupPath, "not one of TechTemp's");

        File.Delete(BackupPath);
        Backup();
        Foreign("""INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('29991231235959_Later', '20.0.0');""");
        Refuses(() => Restore(), BackupPath, "newer");

        Assert.Single(_store.Readings());
        AssertNoTraces();
    }

    [Fact]
    public void A_damaged_backup_replaces_nothing()
    {
        _store.Write(Enumerable.Range(0, 2_000).Select(i => Reading(_store.Now + i)).ToList());
        Backup();
        Damage(BackupPath);
        Refuses(() => Restore(), BackupPath, "damaged");
        Assert.Equal(2_000, _store.Readings().Count);
        AssertNoTraces();
    }

    [Fact]
    public void Another_programs_database_is_not_replaced()
    {
        Backup();
        SqliteConnection.ClearPool(new(_store.Connections.ConnectionString));
        File.Delete(StorePath);
        Sql(StorePath, "CREATE TABLE recipes (id INTEGER);");
        var bytes = File.ReadAllBytes(StorePath);
        Refuses(() => Restore(), StorePath, "not one of TechTemp's");
        Assert.Equal(bytes, File.ReadAllBytes(StorePath));
    }

    [Fact]
    public void A_store_of_a_newer_version_may_be_replaced()
    {
        Backup();
        _store.Execute("""INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('29991231235959_Later', '20.0.0');""");
        Restore();
        Assert.Equal(SchemaState.Current, _store.Get<StoreSchema>().Inspect());
    }

    [Fact]
    public void A_backup_with_a_log_of_its_own_is_restored_with_it()
    {
        // As a copy of all files of a stopped store, or of one whose process was killed.
        _store.Write(Reading(_store.Now));
        _store.Execute("PRAGMA wal_checkpoint(TRUNCATE);");
        _store.Write(Reading(_store.Now + 1));
        File.Copy(StorePath, BackupPath);
        File.Copy(StorePath + "-wal", BackupPath + "-wal");
        _store.Execute("DELETE FROM readings;");

        Restore();
        Assert.Equal(2, _store.Readings().Count);
        Assert.Equal(["backup.db", "backup.db-wal"], Names());
    }

    [Fact]
    public void A_restore_waits_no_longer_than_the_busy_timeout_for_a_writer()
    {
        _store.Write(Reading(_store.Now));
        Backup();
        using (var other = _store.Connections.Open())
        using (other.BeginTransaction(deferred: false))
        {
            Refuses(() => Restore(), StorePath, "Another process is writing");
        }

        AssertNoTraces();
        Restore();
        Assert.Single(_store.Readings());
    }
}
