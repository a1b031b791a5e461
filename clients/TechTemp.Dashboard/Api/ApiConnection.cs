using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace TechTemp.Dashboard.Api;

/// <summary>
/// Where the API is, and the connections to it. Its own HttpClient, not the factory's: a host may give every client of the
/// factory a handler that tries again, and what a person presses once is asked once.
/// </summary>
public sealed class ApiConnection(IOptions<DashboardOptions> options, IServer server) : IDisposable
{
    private readonly Lazy<Uri> _address = new(() => options.Value.ApiUrl ?? OwnAddress(server), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>The API's address.</summary>
    public Uri Address => _address.Value;

    /// <summary>The address of a path of the API, below the path that <see cref="Address"/> may have.</summary>
    /// <param name="path">Path and query, beginning with a slash.</param>
    public Uri At(string path) => new(Address.AbsoluteUri.TrimEnd('/') + path);

    /// <summary>For answers that end.</summary>
    public HttpClient Http { get; } = new(NewHandler()) { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>For the event stream, which does not.</summary>
    public HttpClient Stream { get; } = new(NewHandler()) { Timeout = Timeout.InfiniteTimeSpan };

    /// <inheritdoc />
    public void Dispose()
    {
        Http.Dispose();
        Stream.Dispose();
    }

    // The API is near: a connection that is not there in five seconds will not come.
    private static SocketsHttpHandler NewHandler() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseProxy = false,
        AllowAutoRedirect = false,
    };

    // Without a setting the API is in this process, as in Standalone.
    private static Uri OwnAddress(IServer server)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var address = addresses.FirstOrDefault(a => a.StartsWith("http:", StringComparison.Ordinal)) ?? addresses.FirstOrDefault()
            ?? throw new ApiException(null, "Dashboard:ApiUrl (API_URL) is not set, and this program does not listen yet.");
        var binding = BindingAddress.Parse(address);
        var host = binding.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : binding.Host;
        return new($"{binding.Scheme}://{host}:{binding.Port}");
    }
}
