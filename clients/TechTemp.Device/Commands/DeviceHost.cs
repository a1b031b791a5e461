using System.Device.I2c;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechTemp.Clients.Device.Sending;
using TechTemp.Clients.Device.Sensors;
using TechTemp.Clients.Device.Settings;
using TechTemp.Clients.Device.Spool;
using TechTemp.ServiceDefaults.Hosting;
using TechTemp.ServiceDefaults.Telemetry;

namespace TechTemp.Clients.Device.Commands;

/// <summary>Runs the device: under systemd as a service that says when it is ready, in a terminal until Ctrl+C.</summary>
internal static class DeviceHost
{
    /// <summary>Runs until stopped.</summary>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(string? file, CancellationToken stopping) => RunAsync(
        file,
        (services, configuration) =>
        {
            var device = configuration.Get<DeviceOptions>(DeviceOptions.Section);
            var broker = configuration.Get<BrokerOptions>(BrokerOptions.Section);
            var sensor = configuration.Get<SensorOptions>(SensorOptions.Section);
            var spool = configuration.Get<SpoolOptions>(SpoolOptions.Section);
            services.AddSingleton(_ => Sensor(sensor));
            services.AddSingleton(provider => OpenSpool(spool, provider.GetRequiredService<ILogger<SensorDevice>>()));
            services.AddSingleton(provider => new SensorDevice(
                device,
                broker,
                provider.GetRequiredService<Aht20>(),
                provider.GetRequiredService<ReadingSpool>(),
                LinkFaults.None,
                TimeProvider.System,
                provider.GetRequiredService<ILogger<SensorDevice>>()));
            services.AddHostedService(provider => new Work(provider.GetRequiredService<SensorDevice>().RunAsync));
        },
        stopping);

    /// <summary>The AHT20 of the settings.</summary>
    public static Aht20 Sensor(SensorOptions options) => new(() => I2cDevice.Create(new(options.Bus, options.Address)), TimeProvider.System);

    /// <summary>Runs a host with the settings until stopped.</summary>
    /// <returns>The exit code: 0 after a stop that was asked for, else 1, with one line on standard error.</returns>
    public static async Task<int> RunAsync(string? file, Action<IServiceCollection, IConfiguration> configure, CancellationToken stopping)
    {
        try
        {
            var configuration = DeviceConfiguration.Read(file);
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Configuration.AddConfiguration(configuration);
            builder.Logging.AddConfiguration(configuration.GetSection("Logging")).AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                // Colours are control characters, of which the console takes none: PlainConsole.
                console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
            });
            // Takes over the console's format too, where systemd has started it.
            builder.Services.AddSystemd();
            builder.AddTelemetryExport();
            configure(builder.Services, configuration);
            using var host = builder.Build();
            var work = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
            await host.RunAsync(stopping);
            // Work that failed has stopped the host; the host itself reports success.
            return work.Select(w => w.ExecuteTask?.Exception?.InnerException).FirstOrDefault(e => e is not null and not OperationCanceledException) is { } failure
                ? Fail(failure)
                : 0;
        }
        catch (Exception e)
        {
            return Fail(e);
        }
    }

    /// <summary>Says what is wrong.</summary>
    /// <returns>The exit code.</returns>
    public static int Fail(Exception exception)
    {
        var cause = exception.GetBaseException();
        var code = Fail(DeviceConfiguration.Explain(exception) ?? $"{cause.Message.TrimEnd('.')} ({cause.GetType().Name}). LOG_LEVEL=debug shows where.");
        if (LogLevels.Parse(Environment.GetEnvironmentVariable("LOG_LEVEL") ?? "") is "Debug" or "Trace")
        {
            Console.Error.WriteLine(exception);
        }

        return code;
    }

    /// <summary>Says what is wrong.</summary>
    /// <returns>The exit code.</returns>
    public static int Fail(string reason)
    {
        Console.Error.WriteLine($"TechTemp.Device cannot go on: {reason.ReplaceLineEndings(" ")}");
        return 1;
    }

    private static ReadingSpool OpenSpool(SpoolOptions options, ILogger logger)
    {
        try
        {
            return ReadingSpool.Open(Path.GetFullPath(options.Folder), options.MaxReadings, TimeProvider.System, logger);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"Spool:Folder must be a folder of this device alone that it may write: {e.Message}");
        }
    }

    /// <summary>Something that runs as long as the host does.</summary>
    internal sealed class Work(Func<CancellationToken, Task> run) : BackgroundService
    {
        /// <inheritdoc />
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => run(stoppingToken);
    }
}
