using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>Asks the running host of the same configuration for its health.</summary>
internal static class HealthProbe
{
    public static async Task<int> RunAsync(WebApplication app)
    {
        // Not from the factory: its clients try again, and a probe wants the answer of now.
        using var client = new HttpClient(new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(4) };
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://localhost:{Port(app.Configuration)}/health"));
            Console.WriteLine(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"No answer: {e.Message}");
            return 1;
        }
    }

    // ASP.NET Core's own settings come first, as they do for the listener; the first address is enough.
    private static string Port(IConfiguration configuration)
    {
        var address = configuration["urls"]?.Split(';')[0];
        return address is null
            ? configuration["http_ports"]?.Split(';')[0] ?? throw new StartException("No HTTP port is configured.")
            : BindingAddress(address);
    }

    private static string BindingAddress(string address) =>
        Microsoft.AspNetCore.Http.BindingAddress.Parse(address).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
