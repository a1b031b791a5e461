using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using TechTemp.Data.Clocks;
using TechTemp.Data.Instances;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Operation;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Data.Replay;
using TechTemp.Data.Retention;
using TechTemp.Data.Sqlite.Backup;
using TechTemp.Data.Sqlite.Broker;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Import;
using TechTemp.Data.Sqlite.Instances;
using TechTemp.Data.Sqlite.Maintenance;
using TechTemp.Data.Sqlite.Operation;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Sqlite.Writing;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Readings.Queries;
using TechTemp.Readings.Storage;

namespace TechTemp.Data.Sqlite;

/// <summary>Adds the store to a host.</summary>
public static class StoreHosting
{
    /// <summary>
    /// Adds the store as its owner: the process that creates the file and runs the migrations. Configuration:
    /// <code>{ "Store": { "Path": "data/techtemp.db", "BusyTimeout": "00:00:05" } }</code>
    /// </summary>
    public static IHostApplicationBuilder AddStoreOwner(this IHostApplicationBuilder builder)
    {
        AddStoreServices(builder);
        builder.Services.AddHostedService<StoreOwner>();
        builder.Services.AddHostedService<StoreWatch>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ClockWatch>());
        return builder;
    }

    /// <summary>Adds the store as a user: the process that waits until the owner has made the schema current.</summary>
    public static IHostApplicationBuilder AddStore(this IHostApplicationBuilder builder)
    {
        AddStoreServices(builder);
        builder.Services.AddHostedService<StoreWaiter>();
        builder.Services.AddHostedService<StoreWatch>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ClockWatch>());
        return builder;
    }

    private static void AddStoreServices(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<StoreOptions>().BindConfiguration(StoreOptions.Section).ValidateDataAnnotations().ValidateOnStart()
            .Configure<IConfiguration>((options, configuration) =>
            {
                if (configuration.GetConnectionString("techtemp") is { Length: > 0 } connection)
                {
                    options.Path = PathIn(connection);
                }
            });
        services.AddOptions<SealingOptions>().BindConfiguration(SealingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<IngestOptions>().BindConfiguration(IngestOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<StoreConnections>();
        services.AddSingleton<IStoreSql, SqliteSql>();
        services.AddSingleton<StoreState>();
        services.AddSingleton<StoreSchema>();
        services.AddSingleton<StoreBackup>();
        services.AddSingleton<StoreRestore>();
        services.AddSingleton<IStoreSize, SqliteStoreSize>();
        services.AddSingleton<StoreFigureQueries>();
        services.AddSingleton<ClockQueries>();
        services.AddSingleton<ReadingClock>();
        services.AddSingleton<ClockWatch>();
        services.AddSingleton<InstanceRegistry>();
        services.AddSingleton<BrokerSessions>();
        services.AddSingleton<BrokerKeeping>();
        services.AddPooledDbContextFactory<TechTempContext>((provider, options) =>
        {
            var connections = provider.GetRequiredService<StoreConnections>();
            options.UseSqlite(connections.ConnectionString, sqlite => sqlite.MigrationsAssembly(typeof(StoreSchema).Assembly.GetName().Name))
                .AddInterceptors(connections, new CommandSpans(), new SaveFailures());
        });
        // Who only inspects a store that is current does not load EF Core.
        services.AddSingleton(provider => new Lazy<IDbContextFactory<TechTempContext>>(provider.GetRequiredService<IDbContextFactory<TechTempContext>>));
        services.AddSingleton<IWriteStore, SqliteWriteStore>();
        services.AddSingleton<ReadingWriter>();
        services.AddSingleton<LatestQueries>();
        services.AddSingleton<ILatestReadings>(provider => provider.GetRequiredService<LatestQueries>());
        services.AddSingleton<IReadingStore, SqliteReadingStore>();
        services.AddSingleton<SeriesQueries>();
        services.AddSingleton<BucketQueries>();
        services.AddSingleton<ReadingGaps>();
        services.AddSingleton<IMaintenanceStore, SqliteMaintenanceStore>();
        services.AddSingleton<ReadingSealing>();
        services.AddSingleton<SealingProgressQueries>();
        services.AddSingleton<PageRebuild>();
        services.AddSingleton<PageVerification>();
        services.AddSingleton<ReadingRemoval>();
        services.AddSingleton<ReadingRetention>();
        services.AddSingleton<RejectionRetention>();
        services.AddSingleton<MessageReplay>();
        services.AddSingleton<HeldReplay>();
        services.AddScoped<DeviceRegistry>();
        services.AddScoped<CalibrationRegistry>();
        services.AddScoped<RoomRegistry>();
        services.AddScoped<RejectedMessages>();
        services.AddScoped<OldServerHousehold>();
        services.AddSingleton<OldServerImport>();
        services.AddHostedService<StorePresence>();
        services.AddHealthChecks().AddCheck<StoreHealthCheck>(StoreState.CheckName).AddCheck<ClockHealthCheck>(ClockHealthCheck.Name);
    }

    private static string PathIn(string connection)
    {
        try
        {
            return new SqliteConnectionStringBuilder(connection).DataSource;
        }
        catch (ArgumentException)
        {
            // Not repeated: whoever has another database in mind may have a password in it.
            throw new StoreException("ConnectionStrings:techtemp must be like 'Data Source=data/techtemp.db'.");
        }
    }

    // A hosted service's StartAsync runs before the ones registered after it: what needs the store is added after it.
    private sealed class StoreOwner(StoreSchema schema, StoreState state) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            schema.Migrate();
            state.SetReady();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class StoreWaiter(StoreSchema schema, StoreState state, TimeProvider time) : BackgroundService
    {
        private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

        public override Task StartAsync(CancellationToken cancellationToken)
        {
            // A file that is not ours is a mistake to hear of at once; one that is not there yet is only early.
            return IsCurrent() ? Task.CompletedTask : base.StartAsync(cancellationToken);
        }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            do
            {
                await Task.Delay(s_interval, time, stoppingToken);
            }
            while (!IsCurrent());
        }

        private bool IsCurrent()
        {
            if (schema.Inspect() != SchemaState.Current)
            {
                return false;
            }

            state.SetReady();
            return true;
        }
    }
}
