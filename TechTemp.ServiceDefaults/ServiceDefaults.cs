using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using TechTemp.ServiceDefaults.Health;
using TechTemp.ServiceDefaults.Hosting;
using TechTemp.ServiceDefaults.Requests;
using TechTemp.ServiceDefaults.Telemetry;

namespace TechTemp.ServiceDefaults;

/// <summary>What every host of TechTemp has: configuration shorthand, logs, telemetry, health, resilient HTTP clients.</summary>
public static class ServiceDefaults
{
    // The clients that the OTLP exporter takes from the factory:
    // https://github.com/open-telemetry/opentelemetry-dotnet/tree/main/src/OpenTelemetry.Exporter.OpenTelemetryProtocol#configure-httpclient
    private static readonly string[] s_exporters = ["OtlpTraceExporter", "OtlpMetricExporter", "OtlpLogExporter"];

    /// <summary>
    /// Adds the defaults. OpenTelemetry (traces, metrics and logs of every source named <c>TechTemp.*</c>) is set up when
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="defaultPort">The HTTP port where none is configured, 1 to 65535.</param>
    /// <exception cref="StartException">A setting is invalid.</exception>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, int defaultPort)
    {
        builder.Services.AddSingleton(new SettingKeys(builder.Services));
        builder.Services.AddSingleton<IStartupFilter, HostHeader>();
        builder.AddSecretFiles();
        builder.AddShorthand();
        builder.AddHttpListener(defaultPort);
        builder.AddRequestRules();
        builder.AddLogs();
        builder.AddTelemetryExport(
            metrics => metrics.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation(),
            traces => traces.AddAspNetCoreInstrumentation(http =>
            {
                http.Filter = context => !IsHealthProbe(context.Request.Path);
                // A trace of its own for each time that a page of the dashboard is drawn would bury the others.
                http.EnableAspNetCoreSignalRSupport = false;
            }).AddHttpClientInstrumentation());
        builder.Services.AddHealthChecks();
        RecentHealth.AddTo(builder.Services);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });
        // OpenTelemetry retries itself. A pipeline waits at its end for each of its requests, seconds at a time and for up to 30 s.
        foreach (var exporter in s_exporters)
        {
            builder.Services.AddHttpClient(exporter).ConfigureAdditionalHttpMessageHandlers((handlers, _) => handlers.Clear());
        }

        return builder;
    }

    /// <summary>Maps <c>/health</c> (can it do its work) and <c>/alive</c> (does it run), in every environment.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks("/health", new() { ResponseWriter = HealthAnswer.WriteAsync });
        app.MapHealthChecks("/alive", new() { Predicate = _ => false, ResponseWriter = HealthAnswer.WriteAsync });
        return app;
    }

    private static void AddLogs(this WebApplicationBuilder builder)
    {
        if (LogLevels.Normalize(builder.Configuration) is { } mistake)
        {
            throw new StartException(mistake);
        }

        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            // Colours are control characters, of which the console takes none: PlainConsole.
            console.ColorBehavior = LoggerColorBehavior.Disabled;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning);
        // Whoever asks for the health is told; a probe every few seconds need not fill the log.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        if (!LogLevels.ShowRequests(builder.Configuration) && !builder.Configuration.HasTelemetryExport())
        {
            // While it is on at any level, each request gets a scope and an activity. It writes at Information, which is off.
            builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        }

        // These report a failed start with a stack trace; HostStart reports it in one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level == LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", level => level is LogLevel.Warning or LogLevel.Error);
    }

    private static bool IsHealthProbe(string? path) => path is "/health" or "/alive";
}
