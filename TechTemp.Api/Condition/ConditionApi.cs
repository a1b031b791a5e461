using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Clocks;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Operation;
using TechTemp.Data.Registries;
using TechTemp.Data.Store;
using TechTemp.Data.Workers;
using TechTemp.Readings.Devices;

namespace TechTemp.Api.Condition;

/// <summary>How the server does, for its operator.</summary>
internal static partial class ConditionApi
{
    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(5);

    // "0.1.0+commit": the number is enough.
    private static readonly string s_version =
        typeof(ConditionApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static RouteGroupBuilder MapCondition(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/system").WithTags("System");

        group.MapGet("/", GetAsync)
            .WithName("GetSystem")
            .WithSummary("How the server does: health, readings a minute, what was refused, the store's size, the backlog, how far sealing is")
            .WithDescription("When the store cannot be read, what stands in it is null, and `checks` says so.")
            .WithExample("""{"data":{"status":"ok","version":"0.1.0","started_at":"2025-09-10T18:00:00.000Z","checks":[{"name":"broker","status":"ok"},{"name":"clock","status":"ok"},{"name":"store","status":"ok"}],"devices":{"online":5,"late":1,"offline":0,"never":0},"readings":{"per_minute":6,"over_minutes":5},"rejected":{"count":1,"by_reason":[{"reason":"out-of-range","count":1,"newest_at":"2025-09-10T20:54:46.001Z"}]},"store":{"bytes":40960000,"log_bytes":4128272,"unused_bytes":0,"disk_free_bytes":21474836480},"backlog":{"in_hand":0,"held":0,"missing":0,"held_dropped":0},"sealing":{"finished_days":7300,"sealed_days":5120,"oldest_unsealed":"2024-03-01T00:00:00.000Z","damaged":[]},"clocks":{"behind_ms":0,"ahead_count":1,"ahead":[{"device_id":"sensor-07","ts":"2025-09-11T20:54:46.001Z","held":false}]},"workers":[{"name":"ingest-0","status":"ok","machine":"ingest-0","started_at":"2025-09-10T18:00:00.000Z","seen_at":"2025-09-10T20:54:46.001Z","first":true,"homes":12}]}}""");

        return group;
    }

    private static async Task<Ok<Envelope<ConditionDto>>> GetAsync(
        HealthCheckService health,
        StoreFigureQueries queries,
        SealingProgressQueries sealing,
        DeviceRegistry devices,
        DeviceStatusRule status,
        ClockWatch clocks,
        WorkerRegistry workers,
        StartTime start,
        TimeProvider time,
        IServiceProvider services,
        ILogger<StartTime> logger,
        CancellationToken cancellationToken)
    {
        var report = await health.CheckHealthAsync(cancellationToken);
        var condition = new ConditionDto(
            Name(report.Status), s_version, start.At, [.. report.Entries.OrderBy(e => e.Key).Select(e => new CheckDto(e.Key, Name(e.Value.Status)))], null, null, null, null, null, null, clocks.Report.ToDto(), null);
        try
        {
            var figures = await queries.ReadAsync(s_recent, cancellationToken);
            var states = (await devices.LastSeenAsync(cancellationToken)).CountBy(seen => status.Of(seen, time.GetUtcNow())).ToDictionary();
            return TypedResults.Ok(Envelope.Of(condition with
            {
                Devices = new(states.GetValueOrDefault(DeviceStatus.Online), states.GetValueOrDefault(DeviceStatus.Late), states.GetValueOrDefault(DeviceStatus.Offline), states.GetValueOrDefault(DeviceStatus.Never)),
                Readings = new(figures.RecentReadings / s_recent.TotalMinutes, (int)s_recent.TotalMinutes),
                Rejected = figures.ToRejections(),
                Store = figures.Size.ToDto(),
                Backlog = new(services.GetService<MessagesInHand>()?.Count(), figures.Held, figures.Missing, figures.HeldDropped),
                Sealing = (await sealing.ReadAsync(cancellationToken)).ToDto(),
                Workers = [.. (await workers.OverviewAsync(cancellationToken)).Select(w => w.ToDto())],
            }));
        }
        catch (Exception e) when (e is StoreException or IOException)
        {
            LogUnreadable(logger, e);
            // The health check may have read the store a moment before, or something else in it: an answer without figures is never ok.
            return TypedResults.Ok(Envelope.Of(condition with { Status = Name(HealthStatus.Unhealthy), Checks = [.. condition.Checks.Select(StoreFailed)] }));
        }
    }

    private static CheckDto StoreFailed(CheckDto check) => check.Name == StoreState.CheckName ? check with { Status = Name(HealthStatus.Unhealthy) } : check;

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ok",
        HealthStatus.Degraded => "degraded",
        _ => "failed",
    };

    [LoggerMessage(31, LogLevel.Error, "The figures of the store could not be read")]
    private static partial void LogUnreadable(ILogger logger, Exception exception);
}

/// <summary>When this process began to serve.</summary>
internal sealed class StartTime(TimeProvider time)
{
    public DateTimeOffset At { get; } = time.GetUtcNow();
}

/// <summary>How many messages ingest has received and not committed yet: added where ingest is in the same process as the API.</summary>
/// <param name="Count">Asks it.</param>
public sealed record MessagesInHand(Func<int> Count);
