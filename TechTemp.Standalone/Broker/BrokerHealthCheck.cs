using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TechTemp.Standalone.Broker;

/// <summary>Degraded for a while after the broker has refused or dropped something because a limit was reached.</summary>
internal sealed class BrokerHealthCheck(BrokerTelemetry telemetry) : IHealthCheck
{
    public const string Name = "broker-limits";

    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(1);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        telemetry.LastLimit is var (reason, ago) && ago < s_recent
            ? HealthCheckResult.Degraded($"The broker reached a limit ({BrokerTelemetry.NameOf(reason)}) {ago.TotalSeconds:N0} s ago.")
            : HealthCheckResult.Healthy());
}
