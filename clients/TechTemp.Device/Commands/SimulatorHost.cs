using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechTemp.Clients.Device.Settings;
using TechTemp.Clients.Device.Simulation;

namespace TechTemp.Clients.Device.Commands;

/// <summary>Runs simulated devices.</summary>
internal static class SimulatorHost
{
    /// <summary>Runs until stopped.</summary>
    /// <param name="file">The settings file; null for the usual one.</param>
    /// <param name="broker">The broker; null for that of the settings. Aspire gives it as <c>ConnectionStrings:mosquitto</c>.</param>
    /// <param name="options">What is simulated.</param>
    /// <param name="stopping">Stops it.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(string? file, string? broker, SimulationOptions options, CancellationToken stopping) => DeviceHost.RunAsync(
        file,
        (services, configuration) =>
        {
            options.Broker = configuration.GetSection(BrokerOptions.Section).Get<BrokerOptions>() ?? new();
            options.Broker.Url = broker ?? configuration.GetConnectionString("mosquitto") ?? options.Broker.Url;
            DeviceConfiguration.Check(options.Broker);
            DeviceConfiguration.Check(options);
            services.AddHostedService(provider => new DeviceHost.Work(
                new SimulatedHouse(options, TimeProvider.System, provider.GetRequiredService<ILogger<SimulatedHouse>>()).RunAsync));
        },
        stopping);
}
