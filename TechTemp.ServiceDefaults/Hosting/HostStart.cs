using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>Builds and runs a host, and turns what goes wrong into one line on standard error and exit code 1.</summary>
public static class HostStart
{
    /// <summary>
    /// Runs a host until it is told to stop. The command line is parsed first: it may ask for the help, the version, the
    /// health of the host that runs with the same configuration (<c>--healthcheck</c>, for container images that have no
    /// other client) or a verb instead. Nothing is opened or connected before every argument and setting is known.
    /// </summary>
    /// <param name="args">The command line.</param>
    /// <param name="program">What the command line offers.</param>
    /// <param name="build">Builds the host. It opens and connects nothing.</param>
    /// <param name="explained">Exceptions whose message says all that a user needs.</param>
    /// <returns>The exit code: 0 after a stop that was asked for, else 1.</returns>
    public static async Task<int> RunAsync(string[] args, HostProgram program, Func<WebApplicationOptions, WebApplication> build, params Type[] explained)
    {
        PlainConsole.Install();
        var level = Environment.GetEnvironmentVariable("LOG_LEVEL");
        try
        {
            var commandLine = new HostCommandLine(program, args);
            if (commandLine.TryShowInformation())
            {
                return 0;
            }

            var app = build(new()
            {
                Args = [.. commandLine.Settings],
                // The settings lie beside the program; the working directory is the user's.
                ContentRootPath = AppContext.BaseDirectory,
            });
            // Now: the configuration is gone once the host has stopped.
            level = app.Configuration["Logging:LogLevel:Default"] ?? level;
            app.Services.GetRequiredService<SettingKeys>().Check((IConfigurationRoot)app.Configuration, commandLine.Settings.Select(SettingArguments.KeyOf));
            if (commandLine.Verb is not null)
            {
                Console.WriteLine(await commandLine.RunVerbAsync(app.Services));
                return 0;
            }

            return commandLine.IsHealthCheck ? await HealthProbe.RunAsync(app) : await RunAsync(app, explained, level);
        }
        catch (Exception e)
        {
            return Fail(e, explained, level);
        }
    }

    private static async Task<int> RunAsync(WebApplication app, Type[] explained, string? level)
    {
        var workers = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        StartReport.AddTo(app);
        await app.RunAsync();
        // A worker that failed has stopped the host; the host itself reports success.
        var failure = workers.Select(w => w.ExecuteTask?.Exception?.InnerException).FirstOrDefault(e => e is not null and not OperationCanceledException);
        return failure is null ? 0 : Fail(failure, explained, level);
    }

    private static int Fail(Exception exception, Type[] explained, string? level)
    {
        // A log level that is none counts as the usual one here.
        var isDebug = level is not null && LogLevels.Parse(level) is "Debug" or "Trace";
        var reason = Explain(exception, explained);
        Console.Error.WriteLine($"TechTemp cannot go on: {(reason ?? $"{exception.GetBaseException().Message.TrimEnd('.')} ({exception.GetBaseException().GetType().Name}). LOG_LEVEL=debug shows where.").ReplaceLineEndings(" ")}");
        if (isDebug)
        {
            Console.Error.WriteLine(exception);
        }

        return 1;
    }

    // Null for what nobody has thought of.
    private static string? Explain(Exception exception, Type[] explained) => exception switch
    {
        StartException => exception.Message,
        OptionsValidationException invalid => string.Join(" ", invalid.Failures.Select(Rule)),
        IOException { InnerException: AddressInUseException } => $"{exception.Message.TrimEnd('.')}. Stop the other program or choose another port with HTTP_PORT.",
        // "Failed to bind to address http://localhost:80.", for both addresses of localhost.
        IOException or SocketException when Causes(exception).OfType<SocketException>().Any(e => e.SocketErrorCode == SocketError.AccessDenied) =>
            "The HTTP port needs more rights than this program has. Choose one above 1023 with HTTP_PORT.",
        IOException or SocketException when Causes(exception).OfType<SocketException>().FirstOrDefault(e => e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.HostNotFound) is { } away =>
            $"The HTTP address is not one of this machine: {away.Message}. It is set by ASPNETCORE_URLS, --urls or Kestrel:Endpoints.",
        FormatException when exception.Message.StartsWith("Invalid url", StringComparison.OrdinalIgnoreCase) => $"{exception.Message.TrimEnd('.')}. ASPNETCORE_URLS (--urls) must be like http://localhost:3000.",
        InvalidDataException or FormatException when exception.InnerException is FormatException or System.Text.Json.JsonException => $"{exception.Message} {exception.InnerException.Message}",
        _ when explained.Contains(exception.GetType()) => exception.Message,
        _ => SettingValues.Explain(exception),
    };

    private static IEnumerable<Exception> Causes(Exception exception) =>
        (exception is AggregateException several ? several.InnerExceptions : exception.InnerException is { } inner ? [inner] : []).SelectMany(Causes).Prepend(exception);

    // "DataAnnotation validation failed for 'MqttOptions' members: 'Url' with the error: 'Mqtt:Url must …'."
    private static string Rule(string failure)
    {
        const string Before = " with the error: '";
        var start = failure.IndexOf(Before, StringComparison.Ordinal);
        return start < 0 ? failure : failure[(start + Before.Length)..].TrimEnd('.').TrimEnd('\'');
    }
}
