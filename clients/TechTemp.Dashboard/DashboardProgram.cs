using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace TechTemp.Dashboard;

/// <summary>
/// The dashboard as a program of its own. As a client it shares no code with the services; what it must have like them, the
/// port, the short forms of settings and the health, is here.
/// </summary>
internal static class DashboardProgram
{
    private const string HealthCheck = "--healthcheck";

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var app = Build([.. args.Where(a => a != HealthCheck).Select(a => a == "--lan" ? "--lan=true" : a)]);
            if (args.Contains(HealthCheck))
            {
                return await ProbeAsync(app.Configuration);
            }

            await app.RunAsync();
            return 0;
        }
        catch (Exception e) when (Explain(e) is { } reason)
        {
            await Console.Error.WriteLineAsync($"TechTemp cannot go on: {reason}");
            return 1;
        }
    }

    private static WebApplication Build(string[] args)
    {
        // The settings lie beside the program; the working directory is the user's.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var configuration = builder.Configuration;
        if (configuration["LOG_LEVEL"] is { Length: > 0 } level && configuration["Logging:LogLevel:Default"] is null)
        {
            configuration["Logging:LogLevel:Default"] = level;
        }

        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning);
        if (configuration["urls"] is null && configuration["http_ports"] is null && !configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls($"http://{(configuration.GetValue<bool>("lan") ? "*" : "localhost")}:{Port(configuration)}");
        }

        builder.AddDashboard();
        builder.Services.PostConfigure<DashboardOptions>(o => o.ApiUrl ??= Address(configuration["API_URL"]));

        var app = builder.Build();
        // It can do its work without the API: it says on every page that the API does not answer.
        app.MapGet("/health", () => TypedResults.Json(new { status = "ok" }));
        app.MapGet("/alive", () => TypedResults.Json(new { status = "ok" }));
        app.MapDashboard();
        return app;
    }

    private static int Port(ConfigurationManager configuration) =>
        configuration["HTTP_PORT"] is not { Length: > 0 } text ? 3002
        : int.TryParse(text, out var port) && port is > 0 and < 65536 ? port
        : throw new ArgumentException("Http:Port (HTTP_PORT) must be a port from 1 to 65535.");

    private static Uri Address(string? text) =>
        string.IsNullOrEmpty(text) ? new("http://localhost:3000")
        : Uri.TryCreate(text, UriKind.Absolute, out var address) ? address
        : new(text, UriKind.Relative);

    // For container images that have no other client.
    private static async Task<int> ProbeAsync(IConfiguration configuration)
    {
        var port = configuration["urls"] is { } urls ? BindingAddress.Parse(urls.Split(';')[0]).Port : int.Parse(configuration["http_ports"]!.Split(';')[0], System.Globalization.CultureInfo.InvariantCulture);
        using var client = new HttpClient(new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(4) };
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://localhost:{port}/health"));
            Console.WriteLine(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"No answer: {e.Message}");
            return 1;
        }
    }

    private static string? Explain(Exception exception) => exception switch
    {
        ArgumentException => exception.Message,
        OptionsValidationException invalid => string.Join(" ", invalid.Failures.Select(Rule)),
        IOException { InnerException: AddressInUseException } => $"{exception.Message.TrimEnd('.')}. Stop the other program or choose another port with HTTP_PORT.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "This port needs more rights than this program has. Choose one above 1023 with HTTP_PORT.",
        _ => null,
    };

    // "DataAnnotation validation failed for 'DashboardOptions' members: 'ApiUrl' with the error: 'Dashboard:ApiUrl … must …'."
    private static string Rule(string failure)
    {
        const string Before = " with the error: '";
        var start = failure.IndexOf(Before, StringComparison.Ordinal);
        return start < 0 ? failure : failure[(start + Before.Length)..].TrimEnd('.').TrimEnd('\'');
    }
}
