using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TechTemp.Data.Clocks;

/// <summary>Degraded while this machine's clock seems to be behind, and while readings are held because they are dated too far ahead.</summary>
public sealed class ClockHealthCheck(ClockWatch watch) : IHealthCheck
{
    /// <summary>The check's name, as <c>/health</c> lists it.</summary>
    public const string Name = "clock";

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        watch.Report.IsBehind ? HealthCheckResult.Degraded($"The clock seems to be behind by {watch.Report.Behind}.")
        : watch.Report.IsHolding ? HealthCheckResult.Degraded("Readings are held because they are dated more than 24 hours ahead.")
        : HealthCheckResult.Healthy());
}
