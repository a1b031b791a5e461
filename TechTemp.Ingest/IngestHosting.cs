using TechTemp.Data.Replay;
using TechTemp.Data.Store;
using TechTemp.Data.Workers;
using TechTemp.Ingest.Instances;
using TechTemp.Ingest.Mqtt;
using TechTemp.Ingest.Pipeline;

namespace TechTemp.Ingest;

/// <summary>Adds ingest to a host: the pipeline, and the subscription that feeds it.</summary>
public static class IngestHosting
{
    // The value of IStoreSql.System for a SQLite file.
    private const string Sqlite = "sqlite";

    /// <summary>
    /// Adds the pipeline that commits readings, acknowledges them and publishes states. Something must feed it and take
    /// its states: <see cref="AddMqttIngest"/>, or a broker in the same process. Configuration:
    /// <code>{ "Ingest": { "MaxBatch": 5000, "InHandLimit": 10000, "UnknownDevices": "Register" } }</code>
    /// </summary>
    public static IHostApplicationBuilder AddIngestPipeline(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<PipelineOptions>().BindConfiguration(PipelineOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<WorkerOptions>().BindConfiguration(WorkerOptions.Section).ValidateDataAnnotations().ValidateOnStart()
            .Validate<IStoreSql>(
                (worker, sql) => worker.Name.Length == 0 || sql.System != Sqlite,
                "Ingest:Worker names one of several workers, which need PostgreSQL (ConnectionStrings:techtemp=Host=…). A SQLite file has one worker: leave Ingest:Worker empty.");
        builder.Services.AddSingleton<StatePart>();
        builder.Services.AddSingleton<IngestTelemetry>();
        builder.Services.AddSingleton<IngestPipeline>();
        builder.Services.AddSingleton<StatePublisher>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<StatePublisher>());
        builder.Services.AddHostedService<StateRefresh>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<IngestPipeline>());
        builder.Services.AddHostedService<Retention>();
        builder.Services.AddHostedService<Sealing>();
        builder.Services.AddHostedService<FutureReplay>();
        builder.Services.AddSingleton<InstanceWatch>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<InstanceWatch>());
        return builder;
    }

    /// <summary>
    /// Adds the subscription at a broker, with a session that outlives this process. Configuration:
    /// <code>{ "Mqtt": { "SessionExpiry": "7.00:00:00" } }</code>
    /// </summary>
    public static IHostApplicationBuilder AddMqttIngest(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<MqttSessionOptions>().BindConfiguration(MqttSessionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<HomesElsewhere>();
        builder.Services.AddSingleton<WorkerShare>();
        builder.Services.AddSingleton<SessionDrain>();
        builder.Services.AddSingleton<MqttIngest>();
        builder.Services.AddSingleton<IStateSink>(provider => provider.GetRequiredService<MqttIngest>());
        builder.Services.AddHostedService(provider => provider.GetRequiredService<MqttIngest>());
        // Stopped before it: what the former sessions brought is then committed and acknowledged with the rest.
        builder.Services.AddHostedService<FormerSessions>();
        builder.Services.AddHostedService<RetiredWorkers>();
        if (builder.Configuration[$"{WorkerOptions.Section}:{nameof(WorkerOptions.Worker)}"] is { Length: > 0 })
        {
            builder.Services.AddHealthChecks().AddCheck<WorkerHealthCheck>(WorkerHealthCheck.Name);
        }

        return builder;
    }
}
