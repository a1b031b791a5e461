using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechTemp.Data.Jobs;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Operation;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Backup;
using TechTemp.Data.Sqlite.Broker;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Import;
using TechTemp.Data.Sqlite.Maintenance;
using TechTemp.Data.Sqlite.Operation;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Sqlite.Writing;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Readings.Storage;

namespace TechTemp.Data.Sqlite;

/// <summary>
/// The store in one SQLite file, for one machine. Configuration:
/// <code>{ "Store": { "Path": "data/techtemp.db", "BusyTimeout": "00:00:05" } }</code>
/// </summary>
public sealed class SqliteProvider : StoreProvider
{
    /// <inheritdoc />
    public override IReadOnlyList<string> Examples => ["Data Source=data/techtemp.db"];

    /// <inheritdoc />
    // Without a connection string the file of Store:Path.
    public override bool Accepts(string connectionString) => connectionString.Length == 0 || PathIn(connectionString) is { Length: > 0 };

    /// <inheritdoc />
    public override void AddOptions(IHostApplicationBuilder builder) => builder.Services
        .AddOptions<StoreOptions>().BindConfiguration(StoreOptions.Section).ValidateDataAnnotations().ValidateOnStart()
        .Configure<IConfiguration>((options, configuration) =>
        {
            if (configuration.GetConnectionString(StoreHosting.ConnectionName) is { } connection && PathIn(connection) is { Length: > 0 } path)
            {
                options.Path = path;
            }
        });

    /// <inheritdoc />
    public override void AddServices(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<StoreConnections>();
        services.AddSingleton<StoreSchema>();
        services.AddSingleton<IStoreSchema>(provider => provider.GetRequiredService<StoreSchema>());
        services.AddPooledDbContextFactory<TechTempContext>((provider, options) =>
        {
            var connections = provider.GetRequiredService<StoreConnections>();
            options.UseSqlite(connections.ConnectionString, sqlite => sqlite.MigrationsAssembly(typeof(StoreSchema).Assembly.GetName().Name))
                .AddInterceptors(connections, new CommandSpans(StoreSpan.Sqlite), new SaveFailures(SqliteStoreException.Of));
        });
        // A process that only inspects a current store does not load EF Core.
        services.AddSingleton(provider => new Lazy<IDbContextFactory<TechTempContext>>(provider.GetRequiredService<IDbContextFactory<TechTempContext>>));
        services.AddSingleton<IStoreSql, SqliteSql>();
        services.AddSingleton<IStoreSequences, SqliteSequences>();
        services.AddSingleton<IStoreProbe, SqliteProbe>();
        services.AddSingleton<IStoreSize, SqliteStoreSize>();
        services.AddSingleton<IWriteStore, SqliteWriteStore>();
        services.AddSingleton<LatestQueries>();
        services.AddSingleton<ILatestReadings>(provider => provider.GetRequiredService<LatestQueries>());
        services.AddSingleton<IReadingStore, SqliteReadingStore>();
        services.AddSingleton<IMaintenanceStore, SqliteMaintenanceStore>();
        services.AddSingleton<IJobLocks, ProcessJobLocks>();
        services.AddSingleton<StoreBackup>();
        services.AddSingleton<StoreRestore>();
        services.AddSingleton<BrokerKeeping>();
        services.AddScoped<OldServerHousehold>();
        services.AddSingleton<OldServerImport>();
        services.AddHostedService<StoreWatch>();
    }

    private static string? PathIn(string connection)
    {
        try
        {
            return new SqliteConnectionStringBuilder(connection).DataSource;
        }
        catch (ArgumentException)
        {
            // Of another kind of store.
            return null;
        }
    }
}
