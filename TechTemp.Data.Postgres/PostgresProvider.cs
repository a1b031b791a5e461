using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechTemp.Data.Jobs;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Operation;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Postgres.Jobs;
using TechTemp.Data.Postgres.Maintenance;
using TechTemp.Data.Postgres.Operation;
using TechTemp.Data.Postgres.Readings;
using TechTemp.Data.Postgres.Schema;
using TechTemp.Data.Postgres.Writing;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Readings.Storage;

namespace TechTemp.Data.Postgres;

/// <summary>
/// The store in a PostgreSQL database, 15 or newer, for several workers and replicas. Configuration:
/// <code>{ "ConnectionStrings": { "techtemp": "Host=db;Database=techtemp;Username=techtemp" }, "Store": { "Password": "…" } }</code>
/// </summary>
public sealed class PostgresProvider : StoreProvider
{
    /// <inheritdoc />
    public override IReadOnlyList<string> Examples => ["Host=db;Database=techtemp;Username=techtemp", "postgres://techtemp@db/techtemp"];

    /// <inheritdoc />
    public override bool Accepts(string connectionString) => PostgresAddress.IsOne(connectionString);

    /// <inheritdoc />
    public override void AddOptions(IHostApplicationBuilder builder) => builder.Services.AddOptions<PostgresOptions>().BindConfiguration(PostgresOptions.Section);

    /// <inheritdoc />
    public override void AddServices(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<PostgresConnections>();
        services.AddPooledDbContextFactory<TechTempContext>((provider, options) => PostgresSchema.Use(options, provider.GetRequiredService<PostgresConnections>()));
        services.AddSingleton<IStoreSchema, PostgresSchema>();
        services.AddSingleton<PostgresSql>();
        services.AddSingleton<IStoreSql>(provider => provider.GetRequiredService<PostgresSql>());
        services.AddSingleton<IStoreSequences, PostgresSequences>();
        services.AddSingleton<IStoreProbe, PostgresProbe>();
        services.AddSingleton<IStoreSize, PostgresStoreSize>();
        services.AddSingleton<IWriteStore, PostgresWriteStore>();
        services.AddSingleton<ILatestReadings, PostgresLatestReadings>();
        services.AddSingleton<IReadingStore, PostgresReadingStore>();
        services.AddSingleton<IMaintenanceStore, PostgresMaintenanceStore>();
        services.AddSingleton<IJobLocks, PostgresJobLocks>();
    }
}
