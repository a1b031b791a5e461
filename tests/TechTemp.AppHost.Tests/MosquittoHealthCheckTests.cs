using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TechTemp.AppHost.Mosquitto;

namespace TechTemp.AppHost.Tests;

/// <summary>The health of the broker, asked of a real one that is not ours.</summary>
public sealed class MosquittoHealthCheckTests
{
    [Fact]
    public async Task A_broker_that_accepts_a_wrong_password_is_not_ours()
    {
        await using var foreign = await MosquittoProcess.StartAsync(MosquittoConfiguration.Usual);
        var result = await CheckAsync(foreign.Port);
        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Equal($"The broker at localhost:{foreign.Port} accepts a wrong password. It is another one, or it has no password file.", result.Description);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_unhealthy()
    {
        var result = await CheckAsync(FreePort.Next());
        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Equal("The broker does not answer.", result.Description);
    }

    private static async Task<HealthCheckResult> CheckAsync(int port)
    {
        using var data = new TempFolder();
        await using var model = await Model.RunModeAsync(data);
        var broker = model.Resources.OfType<MosquittoResource>().Single();
        var endpoint = broker.Annotations.OfType<EndpointAnnotation>().Single(e => e.Name == MosquittoResource.InternalEndpointName);
        endpoint.AllocatedEndpoint = new(endpoint, "localhost", port);
        await using var services = model.Services.BuildServiceProvider();
        return await services.GetRequiredKeyedService<MosquittoHealthCheck>("mosquitto_connect").CheckHealthAsync(new(), TestContext.Current.CancellationToken);
    }
}
