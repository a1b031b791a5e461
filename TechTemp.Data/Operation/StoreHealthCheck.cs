using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechTemp.Data.Store;

namespace TechTemp.Data.Operation;

/// <summary>
/// Healthy while the store is there, has this version's schema and nothing else in it, answers a query and took the last batch of readings. Degraded
/// while it works, but may lose what it has committed.
/// </summary>
public sealed class StoreHealthCheck(IStoreProbe probe, StoreState state) : IHealthCheck
{
    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var known = !state.IsReady ? "The schema is not current yet." : state.Foreign ?? state.WriteFailure;
        var found = known is null ? await probe.LookAsync(cancellationToken) : new(known);
        return found.Trouble is { } trouble ? new(context.Registration.FailureStatus, trouble)
            : found.Risk is { } risk ? HealthCheckResult.Degraded(risk)
            : HealthCheckResult.Healthy();
    }
}
