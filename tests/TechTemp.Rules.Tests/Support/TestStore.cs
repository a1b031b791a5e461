using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using TechTemp.Data;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Rows;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Support;

/// <summary>The store as a host has it, migrated, on a real file in a folder of its own. The clock stands still.</summary>
internal sealed class TestStore : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly IHost _host;

    /// <param name="settings">Configuration, as <c>("Store:BusyTimeout", "00:00:00.1")</c>.</param>
    public TestStore(params ReadOnlySpan<(string Key, string Value)> settings)
        : this(_ => { }, settings)
    {
    }

    /// <param name="add">Adds what more the host has.</param>
    /// <param name="settings">Configuration.</param>
    public TestStore(Action<IHostApplicationBuilder> add, params ReadOnlySpan<(string Key, string Value)> settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Store:Path"] = _folder.File("techtemp.db");
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.AddStoreOwner(new SqliteProvider());
        add(builder);
        _host = builder.Build();
        Get<StoreSchema>().Migrate();
        Get<StoreState>().SetReady();
    }

    public FakeTimeProvider Time { get; } = new(Start);

    /// <summary>The clock's time, unix milliseconds.</summary>
    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public IHost Host => _host;

    public StoreConnections Connections => Get<StoreConnections>();

    public ReadingWriter Writer => Get<ReadingWriter>();

    public IMaintenanceStore Maintenance => Get<IMaintenanceStore>();

    public IStoreSql Sql => Get<IStoreSql>();

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Uses a service in a scope of its own, as each request does.</summary>
    public async Task<TResult> With<TService, TResult>(Func<TService, Task<TResult>> use)
        where TService : notnull
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<TService>());
    }

    /// <summary>Looks at the store through EF Core.</summary>
    public T Read<T>(Func<TechTempContext, T> read)
    {
        using var context = Get<IDbContextFactory<TechTempContext>>().CreateDbContext();
        return read(context);
    }

    /// <summary>Runs SQL over a connection of its own, as another process would.</summary>
    public void Execute(string sql)
    {
        using var connection = Connections.Open();
        connection.Execute(sql);
    }

    /// <summary>Reads rows over a connection of its own.</summary>
    public List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using var connection = Connections.Open();
        using var command = connection.Prepare(sql);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Replaces the file by an empty store of an earlier version, and runs SQL in it.</summary>
    public void ReplaceByVersion(string migration, string sql = "")
    {
        var script = Read(context => context.GetService<IMigrator>().GenerateScript(Migration.InitialDatabase, migration, MigrationsSqlGenerationOptions.NoTransactions));
        using (var pooled = new SqliteConnection(Connections.ConnectionString))
        {
            SqliteConnection.ClearPool(pooled);
        }

        foreach (var suffix in new[] { "", "-wal", "-shm" })
        {
            File.Delete(Connections.Path + suffix);
        }

        using var connection = Connections.OpenOrCreate();
        // Alone: what fails after a statement that gives a row is not told.
        connection.Execute("PRAGMA journal_mode = WAL;");
        connection.Execute($"{script} {sql}");
    }

    /// <summary>SQL that inserts the rows of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="without">Columns that the version does not have which they are for.</param>
    public string Dump(string table, params string[] without)
    {
        var columns = Rows($"SELECT name FROM pragma_table_info('{table}');", r => r.GetString(0)).Except(without).ToList();
        return string.Concat(Rows(
            $"SELECT {string.Join(" || ', ' || ", columns.Select(column => $"quote({column})"))} FROM {table};",
            row => $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({row.GetString(0)});"));
    }

    /// <summary>The rows of a device, oldest first; those that are sealed are not among them.</summary>
    public IReadOnlyList<(long Ts, double Temperature, double Humidity)> Readings(string uid = "s1") => Rows(
        $"SELECT ts, temperature, humidity FROM readings JOIN devices d ON d.id = device_id WHERE d.uid = '{uid}' ORDER BY ts;",
        r => (r.GetInt64(0), r.Number(1), r.Number(2)));

    /// <summary>Writes a batch. On SQLite it is complete when it returns, unless another one is being written.</summary>
    public BatchResult Write(params IReadOnlyList<IncomingMessage> batch) => Writer.WriteAsync(batch, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Seals what is finished.</summary>
    /// <returns>How many readings.</returns>
    public long Seal() => Get<ReadingSealing>().Seal(e => Assert.Fail(e.Message)).Sum(step => step.Readings);

    /// <summary>A writer that remembers nothing, as after a restart.</summary>
    public ReadingWriter NewWriter() => ActivatorUtilities.CreateInstance<ReadingWriter>(_host.Services);

    public void Dispose()
    {
        var connectionString = Connections.ConnectionString;
        _host.Dispose();
        // Its connections only: other tests' are in use.
        using (var connection = new SqliteConnection(connectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        _folder.Dispose();
    }
}
