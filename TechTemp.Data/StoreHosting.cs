using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using TechTemp.Data.Clocks;
using TechTemp.Data.Copying;
using TechTemp.Data.Instances;
using TechTemp.Data.Jobs;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Operation;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Data.Replay;
using TechTemp.Data.Retention;
using TechTemp.Data.Store;
using TechTemp.Data.Takeover;
using TechTemp.Data.Work;
using TechTemp.Data.Workers;
using TechTemp.Data.Writing;
using TechTemp.Readings.Queries;

namespace TechTemp.Data;

/// <summary>Adds the store to a host: of the kind that the connection string <see cref="ConnectionName"/> is of.</summary>
public static class StoreHosting
{
    /// <summary>The name of the store's connection string: <c>ConnectionStrings:techtemp</c>.</summary>
    public const string ConnectionName = "techtemp";

    /// <summary>The setting of the connection string, for messages.</summary>
    internal const string Setting = $"ConnectionStrings:{ConnectionName} (DB_URL)";

    /// <summary>Adds the store as its owner: the process that creates it and runs the migrations.</summary>
    /// <param name="builder">The host, whose configuration is complete.</param>
    /// <param name="providers">The kinds of store that this host can have.</param>
    /// <exception cref="StoreException">The connection string is of no such kind.</exception>
    public static IHostApplicationBuilder AddStoreOwner(this IHostApplicationBuilder builder, params IReadOnlyList<StoreProvider> providers)
    {
        // First: its StartAsync runs before those of the services that are registered after it.
        builder.Services.AddHostedService<StoreOwner>();
        AddStoreServices(builder, providers);
        return builder;
    }

    /// <summary>Adds the store as a user: the process that waits until the owner has made the schema current.</summary>
    /// <param name="builder">The host, whose configuration is complete.</param>
    /// <param name="providers">The kinds of store that this host can have.</param>
    /// <exception cref="StoreException">The connection string is of no such kind.</exception>
    public static IHostApplicationBuilder AddStore(this IHostApplicationBuilder builder, params IReadOnlyList<StoreProvider> providers)
    {
        builder.Services.AddHostedService<StoreWaiter>();
        AddStoreServices(builder, providers);
        return builder;
    }

    /// <summary>Opens other stores beside that of a host.</summary>
    /// <param name="providers">The kinds of store that the host can have.</param>
    /// <param name="configuration">The host's.</param>
    internal static StoreTargets Targets(IReadOnlyList<StoreProvider> providers, IConfiguration configuration) =>
        new(builder => AddStoreServices(builder, providers), $"ConnectionStrings:{ConnectionName}", Setting, configuration);

    private static void AddStoreServices(IHostApplicationBuilder builder, IReadOnlyList<StoreProvider> providers)
    {
        var connection = builder.Configuration.GetConnectionString(ConnectionName) ?? "";
        var chosen = providers.FirstOrDefault(provider => provider.Accepts(connection))
            // The message does not repeat it: it may contain a password.
            ?? throw new StoreException($"{Setting} must be like {string.Join(" or ", providers.SelectMany(provider => provider.Examples).Select(example => $"'{example}'"))}.");
        foreach (var provider in providers)
        {
            provider.AddOptions(builder);
        }

        chosen.AddServices(builder);
        var services = builder.Services;
        services.AddOptions<SealingOptions>().BindConfiguration(SealingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<IngestOptions>().BindConfiguration(IngestOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<StoreState>();
        services.AddSingleton<StoreFigureQueries>();
        services.AddSingleton<ClockQueries>();
        services.AddSingleton<ReadingClock>();
        services.AddSingleton<ClockWatch>();
        services.AddSingleton<InstanceRegistry>();
        services.AddSingleton<BrokerSessions>();
        services.AddSingleton<WorkerRegistry>();
        services.AddSingleton<HomeHandover>();
        services.AddSingleton<ReadingWriter>();
        services.AddSingleton<SeriesQueries>();
        services.AddSingleton<BucketQueries>();
        services.AddSingleton<ReadingGaps>();
        services.AddSingleton<ReadingSealing>();
        services.AddSingleton<SealingProgressQueries>();
        services.AddSingleton<PageRebuild>();
        services.AddSingleton<PageVerification>();
        services.AddSingleton<StoreEnd>();
        services.AddSingleton<StoreCopy>();
        services.AddSingleton(provider => Targets(providers, provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<ReadingRemoval>();
        services.AddSingleton<ReadingRetention>();
        services.AddSingleton<RejectionRetention>();
        services.AddSingleton<WorkRegistry>();
        services.AddSingleton<MessageReplay>();
        services.AddSingleton<HeldReplay>();
        services.AddSingleton<StoreJobs>();
        services.AddScoped<DeviceRegistry>();
        services.AddScoped<CalibrationRegistry>();
        services.AddScoped<RoomRegistry>();
        services.AddScoped<RejectedMessages>();
        services.AddHostedService<StorePresence>();
        services.AddHostedService(provider => provider.GetRequiredService<ClockWatch>());
        services.AddHostedService<UnfinishedWork>();
        services.AddHealthChecks().AddCheck<StoreHealthCheck>(StoreState.CheckName).AddCheck<ClockHealthCheck>(ClockHealthCheck.Name);
    }
}
