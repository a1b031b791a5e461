using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace TechTemp.ServiceDefaults.Telemetry;

/// <summary>
/// Sends traces, metrics and logs to the collector that <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names. Without that setting no assembly
/// of OpenTelemetry is loaded. The device program compiles this file too: it does without ASP.NET Core, which the rest of
/// this project needs.
/// </summary>
internal static class TelemetryExport
{
    /// <summary>The namespace of every program's <c>service.name</c>.</summary>
    public const string ServiceNamespace = "techtemp";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Adds the export of every source and meter named <c>TechTemp.*</c>, and of the logs.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="metrics">Adds further meters.</param>
    /// <param name="traces">Adds further sources.</param>
    public static void AddTelemetryExport(
        this IHostApplicationBuilder builder, Action<MeterProviderBuilder>? metrics = null, Action<TracerProviderBuilder>? traces = null)
    {
        if (builder.Configuration.HasTelemetryExport())
        {
            Add(builder, metrics ?? (_ => { }), traces ?? (_ => { }));
        }
    }

    /// <summary>Whether a collector is named.</summary>
    public static bool HasTelemetryExport(this IConfiguration configuration) => !string.IsNullOrWhiteSpace(configuration[Endpoint]);

    /// <summary>The service name of a program: <c>TechTemp.Ingest</c> is <c>ingest</c>, as in the AppHost and in docker compose.</summary>
    public static string ServiceName(string program) => program[(program.LastIndexOf('.') + 1)..].ToLowerInvariant();

    private static void Add(IHostApplicationBuilder builder, Action<MeterProviderBuilder> metrics, Action<TracerProviderBuilder> traces)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => Describe(resource, builder.Environment.ApplicationName))
            .WithMetrics(meters => metrics(meters.AddMeter("TechTemp.*")))
            .WithTracing(sources => traces(sources.AddSource("TechTemp.*")))
            .UseOtlpExporter();
        // Before every other hosted service, so that it is disposed after them.
        builder.Services.AddHostedService<BoundedFlush>();
    }

    private static void Describe(ResourceBuilder resource, string program)
    {
        var version = Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        resource.Clear()
            .AddService(ServiceName(program), ServiceNamespace, version)
            .AddTelemetrySdk()
            // The last one wins: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, which Aspire sets.
            .AddEnvironmentVariableDetector();
    }

    /// <summary>
    /// Bounds the last export. A collector that accepts connections and never answers would otherwise hold up the end of the
    /// process for 5 s for each of traces, metrics and logs, one after the other. It is created after the providers, so it is
    /// disposed before them, when every hosted service has stopped.
    /// </summary>
    private sealed class BoundedFlush(TracerProvider traces, MeterProvider metrics, LoggerProvider logs) : IHostedService, IDisposable
    {
        private const int LimitMs = 1_000;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
            var limit = Environment.TickCount64 + LimitMs;
            // Each waits for its own exporter, so side by side. What is late is abandoned: the threads end with the process.
            Thread[] flushes = [Start(() => traces.ForceFlush(LimitMs)), Start(() => metrics.ForceFlush(LimitMs)), Start(() => logs.ForceFlush(LimitMs))];
            foreach (var flush in flushes)
            {
                flush.Join(Remaining(limit));
            }

            // By this thread, not by those: only the first shutdown waits, and where a thread is not scheduled in time, the first
            // would be the one in the provider's own disposal.
            traces.Shutdown(Remaining(limit));
            metrics.Shutdown(Remaining(limit));
            logs.Shutdown(Remaining(limit));
        }

        private static int Remaining(long limit) => (int)Math.Max(0, limit - Environment.TickCount64);

        private static Thread Start(Action flush)
        {
            var thread = new Thread(() => flush()) { IsBackground = true, Name = "Telemetry flush" };
            thread.Start();
            return thread;
        }
    }
}
