using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Sqlite.Backup;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Rules.Tests.Support;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Store;

/// <summary>A test with a store and a backup of it.</summary>
public abstract class BackupTest : IDisposable
{
    private protected readonly TestStore _store = new(("Store:BusyTimeout", "00:00:00.2"));
    private protected readonly TempFolder _folder = new();

    protected string StorePath => _store.Connections.Path;

    protected string BackupPath => _folder.File("backup.db");

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static void Damage(string path)
    {
        // In the readings, where opening does not look, and not in the log, which comes before the file.
        long page;
        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString()))
        {
            connection.Open();
            connection.Execute("PRAGMA wal_checkpoint(TRUNCATE);");
            page = connection.ScalarLong("SELECT rootpage FROM sqlite_schema WHERE name = 'readings';");
        }

        using var file = File.OpenWrite(path);
        file.Position = (page - 1) * 4096;
        file.Write(RandomNumberGenerator.GetBytes(4096));
    }

    protected static void Refuses(Action act, params string[] named)
    {
        var exception = Assert.Throws<StoreException>(act);
        Assert.All(named, name => Assert.Contains(name, exception.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', exception.Message);
    }

    protected static string[] InFile(string path, params string[] queries)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return [.. queries.Select(sql => Scalar(connection, sql))];
    }

    protected static void Sql(string path, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        connection.Execute(sql);
    }

    protected static string Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.Prepare(sql);
        return Convert.ToString(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture)!;
    }

    protected string[] InBackup(params string[] queries) => InFile(BackupPath, queries);

    protected string[] InStore(params string[] queries)
    {
        using var connection = _store.Connections.Open();
        return [.. queries.Select(sql => Scalar(connection, sql))];
    }

    protected void Foreign(string sql) => Sql(BackupPath, sql);

    protected string Backup() => Get().Backup(BackupPath);

    protected string Restore() => _store.Get<StoreRestore>().Restore(BackupPath, _ => true);

    protected StoreBackup Get() => _store.Get<StoreBackup>();

    protected IEnumerable<string?> Names() => Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order();

    protected void AssertNoTraces() => Assert.All(
        Directory.EnumerateFiles(Path.GetDirectoryName(StorePath)!).Select(Path.GetFileName), name => Assert.Matches(@"^techtemp\.db(-wal|-shm)?$", name));
}
