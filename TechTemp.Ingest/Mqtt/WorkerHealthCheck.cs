using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using TechTemp.Ingest.Instances;

namespace TechTemp.Ingest.Mqtt;

/// <summary>Degraded while a worker is missing, whose share waits at the broker, and when this one was retired.</summary>
internal sealed class WorkerHealthCheck(WorkerShare share, MqttIngest ingest, IOptions<WorkerOptions> options) : IHealthCheck
{
    /// <summary>The check's name, as <c>/health</c> lists it.</summary>
    public const string Name = "worker";

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (ingest.IsRetired)
        {
            return Task.FromResult(HealthCheckResult.Degraded($"Worker '{options.Value.Name}' was retired: this process is to be ended."));
        }

        var missing = share.Division?.Workers.Where(w => w.IsMissing).Select(w => string.Create(
            CultureInfo.InvariantCulture, $"worker '{w.Worker}' is missing since {w.SeenAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}")).ToList() ?? [];
        return Task.FromResult(missing.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"{string.Join("; ", missing)}: readings from before wait in its session at the broker. Start it again, or retire it."));
    }
}
