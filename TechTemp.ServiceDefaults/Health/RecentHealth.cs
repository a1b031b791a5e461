using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TechTemp.ServiceDefaults.Health;

/// <summary>
/// The health of a moment ago: whoever asks while a report is being made, or less than a tenth of a second after, gets that one.
/// However many ask, the checks run ten times a second at most.
/// </summary>
internal sealed class RecentHealth(HealthCheckService checks, TimeProvider time) : HealthCheckService
{
    private static readonly TimeSpan s_recent = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private Task<HealthReport>? _report;
    private long _madeAt;

    /// <summary>Puts it before the service that runs the checks.</summary>
    public static void AddTo(IServiceCollection services)
    {
        var checks = services.Last(s => s.ServiceType == typeof(HealthCheckService)).ImplementationType!;
        services.AddSingleton<HealthCheckService>(provider =>
            new RecentHealth((HealthCheckService)ActivatorUtilities.CreateInstance(provider, checks), provider.GetService<TimeProvider>() ?? TimeProvider.System));
    }

    /// <inheritdoc />
    public override Task<HealthReport> CheckHealthAsync(Func<HealthCheckRegistration, bool>? predicate, CancellationToken cancellationToken = default)
    {
        // A part of the checks is asked for by who wants no check at all.
        if (predicate is not null)
        {
            return checks.CheckHealthAsync(predicate, cancellationToken);
        }

        lock (_lock)
        {
            if (_report is null || (_report.IsCompleted && time.GetElapsedTime(_madeAt) >= s_recent))
            {
                // On a thread of its own: a check that the disk holds up must not hold up who asks next, and nobody's leaving ends it.
                _report = Task.Run(MakeAsync, CancellationToken.None);
            }

            return _report.IsCompleted ? _report : _report.WaitAsync(cancellationToken);
        }
    }

    private async Task<HealthReport> MakeAsync()
    {
        var report = await checks.CheckHealthAsync(predicate: null, CancellationToken.None);
        Volatile.Write(ref _madeAt, time.GetTimestamp());
        return report;
    }
}
