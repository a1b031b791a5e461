using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechTemp.Data.Sqlite.Backup;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Operation;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;
using TechTemp.Rules.Tests.Support;
using TechTemp.Testing;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Store;

/// <summary>What a restore trusts, what it says and keeps, and what a store that is in use does about SQL that is not ours.</summary>
public sealed class StoreRestoreTests : IDisposable
{
    private const string Trigger = "CREATE TRIGGER evil BEFORE INSERT ON readings BEGIN SELECT RAISE(IGNORE); END;";

    private readonly TestStore _store = new(("Store:BusyTimeout", "00:00:00.2"));
    private readonly TempFolder _folder = new();
    private readonly List<string> _asked = [];

    private string StorePath => _store.Connections.Path;

    private string BackupPath => _folder.File("backup.db");

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Trigger, "trigger 'evil' is not TechTemp's")]
    [InlineData("CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;", "view 'v' is not TechTemp's")]
    [InlineData("DROP TABLE calibrations; CREATE VIEW calibrations AS SELECT 1;", "view 'calibrations' is not TechTemp's")]
    [InlineData("CREATE TABLE more (id INTEGER);", "table 'more' is not TechTemp's")]
    [InlineData("CREATE VIRTUAL TABLE search USING fts5(text);", "table 'search' is not TechTemp's")]
    [InlineData("CREATE INDEX mine ON devices (label);", "index 'mine' is not TechTemp's")]
    [InlineData("DROP INDEX IX_devices_uid;", "index 'IX_devices_uid' is missing")]
    [InlineData("ALTER TABLE rooms ADD COLUMN evil TEXT DEFAULT 'x';", "table 'rooms' is not as TechTemp makes it")]
    [InlineData("""DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" LIKE '%Sequences';""", "_Sequences' is missing")]
    [InlineData("""DELETE FROM "__EFMigrationsHistory"; INSERT INTO "__EFMigrationsHistory" VALUES ('20200101000000_Unknown', '10.0.0');""", "unknown schema (20200101000000_Unknown)")]
    public void A_backup_with_anything_in_its_schema_that_the_migrations_do_not_make_is_refused_and_nothing_changes(string sql, string named)
    {
        _store.Write(Reading(_store.Now));
        Backup();
        _store.Write(Reading(_store.Now + 1));
        Sql(BackupPath, sql);
        Refuses(BackupPath, named);
        Assert.Equal(2, _store.Readings().Count);
    }

    [Theory]
    [InlineData("PRAGMA foreign_keys = OFF; DELETE FROM devices;", "belongs to a row of devices")]
    [InlineData("UPDATE devices SET uid = 'a' || char(27) || '[2J';", "a device has an impossible id")]
    [InlineData("UPDATE readings SET temperature = 'warm';", "impossible temperature")]
    [InlineData("UPDATE readings SET humidity = 100000;", "impossible humidity")]
    [InlineData("UPDATE readings SET ts = 17;", "before 2000")]
    [InlineData("INSERT INTO pages VALUES (17, 96, x'01', x'');", "a page has an impossible key")]
    [InlineData("INSERT INTO pages VALUES ((1 << 24) + 960000, 96, x'0102030405060708', x'');", "is damaged")]
    [InlineData("INSERT INTO kept_retained (topic, publish) VALUES ('a' || char(0), x'30');", "a retained message is impossible")]
    [InlineData("INSERT INTO kept_sessions (client_id, subscriptions) VALUES ('c', 'text');", "a session of a client is impossible")]
    [InlineData("INSERT INTO kept_messages (client_id, position, publish, expires_at) VALUES ('c', 1, x'30', 'soon');", "a queued message is impossible")]
    public void A_backup_with_content_that_is_never_stored_is_refused_and_nothing_changes(string sql, string named)
    {
        _store.Write(Reading(_store.Now));
        Backup();
        _store.Write(Reading(_store.Now + 1));
        Sql(BackupPath, sql);
        Refuses(BackupPath, named);
        Assert.Equal(2, _store.Readings().Count);
    }

    [Fact]
    public void A_backup_of_each_older_schema_is_restored_and_one_with_a_trigger_is_not()
    {
        foreach (var migration in _store.Read(context => context.Database.GetMigrations().ToList()))
        {
            var old = Older(migration);
            Assert.Contains("1 readings", Restore(old), StringComparison.Ordinal);
            Assert.Equal(21.5, Assert.Single(_store.Readings()).Temperature);
            Assert.Equal(SchemaState.Current, _store.Get<StoreSchema>().Inspect());

            Sql(old, Trigger);
            Refuses(old, "trigger 'evil' is not TechTemp's");
        }
    }

    [Fact]
    public void A_store_that_was_analyzed_is_still_ours()
    {
        _store.Write(Reading(_store.Now));
        _store.Execute("ANALYZE;");
        Assert.Equal(SchemaState.Current, _store.Get<StoreSchema>().Inspect());
        Backup();
        Restore(BackupPath);
    }

    [Fact]
    public void A_store_with_a_trigger_is_not_opened_and_a_restore_is_the_way_back()
    {
        _store.Write(Reading(_store.Now));
        Backup();
        Sql(StorePath, Trigger);
        Assert.Contains("trigger 'evil'", Assert.Throws<StoreException>(() => _store.Get<StoreSchema>().Inspect()).Message, StringComparison.Ordinal);
        Assert.Contains("trigger 'evil'", Assert.Throws<StoreException>(() => _store.Get<StoreSchema>().Migrate()).Message, StringComparison.Ordinal);
        Restore(BackupPath);
        Assert.Equal(SchemaState.Current, _store.Get<StoreSchema>().Inspect());
    }

    [Fact]
    public async Task A_trigger_that_comes_into_a_store_in_use_runs_for_nobody_and_stops_the_writer_until_it_is_gone()
    {
        var logger = new LogLines<StoreWatch>();
        var watch = new StoreWatch(_store.Connections, _store.Get<StoreSchema>(), _store.Get<StoreState>(), _store.Time, logger);
        watch.Look();
        Sql(StorePath, Trigger);
        Assert.Equal(Data.Readings.OutcomeKind.Stored, _store.Write(Reading(_store.Now)).Outcomes.Single().Kind);
        Assert.Single(_store.Readings());

        watch.Look();
        watch.Look();
        Assert.Contains("trigger 'evil'", Assert.Single(logger.Written), StringComparison.Ordinal);
        Assert.ThrowsAny<StoreException>(() => _store.Write(Reading(_store.Now + 1)));
        var health = await _store.Get<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Unhealthy, health.Status);

        Sql(StorePath, "DROP TRIGGER evil;");
        watch.Look();
        _store.Write(Reading(_store.Now + 1));
        Assert.Equal(2, _store.Readings().Count);
    }

    [Fact]
    public void A_device_that_is_deleted_still_takes_what_is_its_own_with_it()
    {
        _store.Write(Reading(_store.Now));
        _store.Execute("DELETE FROM devices;");
        Assert.Empty(_store.Rows("SELECT 1 FROM readings;", _ => 0));
    }

    [Fact]
    public void A_restore_says_what_it_replaces_by_what_and_keeps_it()
    {
        _store.Write(Reading(_store.Now));
        Backup();
        _store.Write(Reading(_store.Now + 60_000), Reading(_store.Now, device: "s2"));

        var line = Restore(BackupPath);
        var kept = StorePath + ".before-restore-20260301T120000Z";
        Assert.Equal(
            $"This replaces the store '{StorePath}' (3 readings of 2 devices, the newest of 2026-03-01T12:01:00Z) by '{BackupPath}' (1 readings of 1 devices, the newest of 2026-03-01T12:00:00Z). The present store is kept beside it.",
            Assert.Single(_asked));
        Assert.Contains(kept, line, StringComparison.Ordinal);
        Assert.Single(_store.Readings());

        Restore(kept);
        Assert.Equal(2, _store.Readings().Count);
        Assert.True(File.Exists(kept + "-2"));
    }

    [Fact]
    public void A_restore_that_is_declined_changes_nothing()
    {
        _store.Write(Reading(_store.Now));
        Backup();
        _store.Write(Reading(_store.Now + 1));
        Assert.Contains("Nothing was replaced", Assert.Throws<StoreException>(() => _store.Get<StoreRestore>().Restore(BackupPath, _ => false)).Message, StringComparison.Ordinal);
        Assert.Equal(2, _store.Readings().Count);
        AssertNoTraces();
    }

    [Fact]
    public void Where_there_is_no_store_nobody_is_asked()
    {
        Backup();
        SqliteConnection.ClearPool(new(_store.Connections.ConnectionString));
        File.Delete(StorePath);
        Restore(BackupPath);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task What_is_committed_while_a_restore_runs_is_in_the_store_that_it_keeps_or_in_the_one_that_it_makes()
    {
        _store.Write(Reading(_store.Now));
        Backup();
        var written = 0;
        using var enough = new CancellationTokenSource();
        var writing = Task.Run(
            async () =>
            {
                for (var i = 1; !enough.IsCancellationRequested; i++)
                {
                    try
                    {
                        _store.Write(Reading(_store.Now + i));
                        written = i;
                    }
                    catch (StoreException)
                    {
                        // The restore had the lock for longer than this writer waits.
                        i--;
                    }

                    // A load, not one that leaves nobody else the lock.
                    await Task.Delay(1);
                }
            },
            TestContext.Current.CancellationToken);
        await Support.Eventually.True(() => written > 20);
        Restore(BackupPath);
        var after = written;
        await Support.Eventually.True(() => written > after + 20);
        await enough.CancelAsync();
        await writing;

        var kept = Times(StorePath + ".before-restore-20260301T120000Z");
        var now = Times(StorePath);
        Assert.Equal(Enumerable.Range(0, written + 1).Select(i => _store.Now + i), kept.Concat(now).Distinct().Order());
    }

    private static List<long> Times(string path)
    {
        using var connection = Open(path);
        using var command = connection.Prepare("SELECT ts FROM readings;");
        using var reader = command.ExecuteReader();
        var times = new List<long>();
        while (reader.Read())
        {
            times.Add(reader.GetInt64(0));
        }

        return times;
    }

    // A store as a program made it whose newest migration was this one, with one reading.
    private string Older(string migration)
    {
        var path = _folder.File($"{migration}.db");
        var script = _store.Read(context => context.GetService<IMigrator>().GenerateScript(Migration.InitialDatabase, migration, MigrationsSqlGenerationOptions.NoTransactions));
        Sql(path, script);
        var isHundredths = string.CompareOrdinal(migration, "20261125031500_ReadingsInHundredths") >= 0;
        Sql(path, $"INSERT INTO devices (uid, provisioned, created_at) VALUES ('s1', 0, 0); INSERT INTO readings (device_id, ts, temperature, humidity, source) VALUES (1, 1700000000000, {(isHundredths ? "2150, 5000" : "21.5, 50")}, 0);");
        return path;
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void Sql(string path, string sql)
    {
        using var connection = Open(path);
        connection.Execute(sql);
    }

    private void Backup() => _store.Get<StoreBackup>().Backup(BackupPath);

    private string Restore(string file) => _store.Get<StoreRestore>().Restore(file, plan =>
    {
        _asked.Add(plan);
        return true;
    });

    private void Refuses(string file, string named)
    {
        var exception = Assert.Throws<StoreException>(() => Restore(file));
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
        Assert.Contains(file, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(exception.Message, char.IsControl);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetDirectoryName(StorePath)!), name => name.Contains(".restoring-", StringComparison.Ordinal));
    }

    private void AssertNoTraces() => Assert.All(
        Directory.EnumerateFiles(Path.GetDirectoryName(StorePath)!).Select(Path.GetFileName), name => Assert.Matches(@"^techtemp\.db(-wal|-shm)?$", name));
}
