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
            app.Services.GetRequiredService<SettingKeys>().Check((IConfigurationRoot)app.Configuration, commandLine.Settings.Select(SettingArguments.KeyOf));
            if (commandLine.Verb is not null)
            {
                Console.WriteLine(await commandLine.RunVerbAsync(app.Services));
                return 0;
            }

            return commandLine.IsHealthCheck ? await HealthProbe.RunAsync(app) : await RunAsync(app, explained);
        }
        catch (Exception e)
        {
            return Fail(e, explained);
        }
    }

    private static async Task<int> RunAsync(WebApplication app, Type[] explained)
    {
        var workers = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        await app.RunAsync();
        // A worker that failed has stopped the host; the host itself reports success.
        var failure = workers.Select(w => w.ExecuteTask?.Exception?.InnerException).FirstOrDefault(e => e is not null and not OperationCanceledException);
        return failure is null ? 0 : Fail(failure, explained);
    }

    private static int Fail(Exception exception, Type[] explained)
    {
        Console.Error.WriteLine($"TechTemp cannot go on: {Explain(exception, explained)}");
        return 1;
    }

    private static string Explain(Exception exception, Type[] explained) => exception switch
    {
        StartException => exception.Message,
        OptionsValidationException invalid => string.Join(" ", invalid.Failures.Select(Rule)),
        IOException { InnerException: AddressInUseException } => $"{exception.Message.TrimEnd('.')}. Stop the other program or choose another port with HTTP_PORT.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "This port needs more rights than this program has. Choose one above 1023 with HTTP_PORT.",
        // The configuration binder's own words name the key, the value and the type.
        InvalidOperationException when exception.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) => exception.Message,
        InvalidDataException or FormatException when exception.InnerException is FormatException or System.Text.Json.JsonException => $"{exception.Message} {exception.InnerException.Message}",
        _ when explained.Contains(exception.GetType()) => exception.Message,
        _ => exception.ToString(),
    };

    // "DataAnnotation validation failed for 'MqttOptions' members: 'Url' with the error: 'Mqtt:Url must …'."
    private static string Rule(string failure)
    {
        const string Before = " with the error: '";
        var start = failure.IndexOf(Before, StringComparison.Ordinal);
        return start < 0 ? failure : failure[(start + Before.Length)..].TrimEnd('.').TrimEnd('\'');
    }
}
