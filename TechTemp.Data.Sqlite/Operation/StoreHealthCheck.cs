using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Operation;

/// <summary>Healthy while the file is there, has this version's schema and nothing else in it, answers a query and took the last batch of readings.</summary>
public sealed class StoreHealthCheck(StoreConnections connections, StoreState state) : IHealthCheck
{
    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check(context.Registration.FailureStatus));

    private HealthCheckResult Check(HealthStatus failure)
    {
        if (!state.IsReady)
        {
            return new(failure, "The schema is not current yet.");
        }

        if (state.Foreign is { } foreign)
        {
            return new(failure, foreign);
        }

        if (state.WriteFailure is { } writeFailure)
        {
            return new(failure, writeFailure);
        }

        // An open connection would go on reading a file that was removed.
        if (!File.Exists(connections.Path))
        {
            return new(failure, "The file is gone.");
        }

        try
        {
            using var reader = connections.Read();
            reader.Prepare("SELECT count(*) FROM (SELECT 1 FROM devices LIMIT 1);").Step();
            return HealthCheckResult.Healthy();
        }
        catch (SqliteStoreException e)
        {
            return new(failure, e.Message, e);
        }
    }
}
