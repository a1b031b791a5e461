using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Schema;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Store;

/// <summary>A backup: one whole file, made while the store is in use.</summary>
public sealed class StoreBackupTests : BackupTest
{
    [Fact]
    public void A_backup_is_one_whole_file_with_what_was_committed()
    {
        var now = _store.Now;
        _store.Write(Reading(now, 1), Reading(now + 1, 2), Raw("{}"));
        var line = Backup();

        Assert.Contains("2 readings", line, StringComparison.Ordinal);
        Assert.Contains(BackupPath, line, StringComparison.Ordinal);
        Assert.Equal(["backup.db"], Names());
        Assert.Equal(["ok", "delete", $"{StoreSchema.ApplicationId}", "2", "1"], InBackup(
            "PRAGMA integrity_check;", "PRAGMA journal_mode;", "PRAGMA application_id;", "SELECT count(*) FROM readings;", "SELECT count(*) FROM rejected_messages;"));
        Assert.Equal(["backup.db"], Names());
    }

    [Fact]
    public void A_writer_does_not_wait_for_a_backup_and_a_backup_not_for_a_writer()
    {
        _store.Write(Reading(_store.Now));
        using (var other = _store.Connections.Open())
        using (var transaction = other.BeginTransaction(deferred: false))
        {
            other.Execute("DELETE FROM readings;");
            Backup();
            transaction.Commit();
        }

        Assert.Equal(["1"], InBackup("SELECT count(*) FROM readings;"));
        Assert.Empty(_store.Readings());
    }

    [Fact]
    public void A_backup_overwrites_nothing()
    {
        File.WriteAllText(BackupPath, "precious");
        Refuses(() => Backup(), BackupPath, "exists");
        Assert.Equal("precious", File.ReadAllText(BackupPath));
        Refuses(() => Get().Backup(_folder.Path), _folder.Path, "exists");
        Refuses(() => Get().Backup(StorePath), StorePath, "exists");
        Assert.Equal(["backup.db"], Names());
    }

    [Fact]
    public void A_backup_that_fails_leaves_nothing_behind()
    {
        Refuses(() => Get().Backup(_folder.File("no/such/folder.db")), _folder.File("no/such/folder.db"), "folder");
        _store.Write(Enumerable.Range(0, 2_000).Select(i => Reading(_store.Now + i)).ToList());
        Damage(StorePath);
        Refuses(() => Backup(), BackupPath, "damaged");
        Assert.Empty(Names());
    }

    [Fact]
    public void A_store_that_is_not_there_is_not_backed_up()
    {
        using var connections = _store.Connections.Open();
        File.Delete(StorePath);
        Refuses(() => Backup(), StorePath, "no store");
        Assert.Empty(Names());
        Assert.False(File.Exists(StorePath));
    }
}
