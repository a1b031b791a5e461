using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using TechTemp.ServiceDefaults.Health;

namespace TechTemp.Rules.Tests.Hosting;

public sealed class RecentHealthTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _services;
    private Func<HealthCheckResult> _check = () => HealthCheckResult.Healthy();
    private int _checks;

    public RecentHealthTests()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_time);
        services.AddHealthChecks().AddCheck("store", () =>
        {
            Interlocked.Increment(ref _checks);
            return _check();
        });
        RecentHealth.AddTo(services);
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private HealthCheckService Health => _services.GetRequiredService<HealthCheckService>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Who_asks_at_once_gets_the_report_that_is_there_and_who_asks_later_a_new_one()
    {
        Assert.Equal(HealthStatus.Healthy, (await Health.CheckHealthAsync(Cancel)).Status);
        _check = () => HealthCheckResult.Unhealthy();

        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal(HealthStatus.Healthy, (await Health.CheckHealthAsync(Cancel)).Status);
        Assert.Equal(1, _checks);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(HealthStatus.Unhealthy, (await Health.CheckHealthAsync(Cancel)).Status);
        Assert.Equal(2, _checks);
    }

    [Fact]
    public async Task Many_who_ask_while_a_report_is_being_made_wait_for_that_one_and_may_leave()
    {
        using var disk = new ManualResetEventSlim();
        _check = () =>
        {
            disk.Wait(Cancel);
            return HealthCheckResult.Healthy();
        };
        using var leaving = new CancellationTokenSource();
        var asked = Enumerable.Range(0, 20).Select(_ => Health.CheckHealthAsync(Cancel)).ToList();
        var left = Health.CheckHealthAsync(leaving.Token);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        disk.Set();
        Assert.All(await Task.WhenAll(asked), report => Assert.Equal(HealthStatus.Healthy, report.Status));
        Assert.Equal(1, _checks);
    }

    [Fact]
    public async Task That_the_process_runs_is_said_without_any_check()
    {
        _check = () => HealthCheckResult.Unhealthy();
        Assert.Equal(HealthStatus.Healthy, (await Health.CheckHealthAsync(_ => false, Cancel)).Status);
        Assert.Equal(0, _checks);
    }
}
