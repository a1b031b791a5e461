using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.ServiceDefaults.Requests;

/// <summary>
/// The names that a host answers to. A web page that has its own name resolved to this machine (DNS rebinding) is of the same
/// origin as what it then asks, so that only the name in <c>Host</c> gives it away. An IP address cannot be rebound.
/// </summary>
internal sealed class AllowedHosts(IOptions<HttpOptions> options, IServer server)
{
    // Suffixes that no public name has, so that nobody on the internet can own this machine's name below them: RFC 6762, RFC 8375 and
    // ICANN's reservation of .internal; .lan is not delegated.
    private static readonly string[] s_privateSuffixes = [".local", ".lan", ".home.arpa", ".internal"];

    // When the first request comes, the addresses are known that the host listens on.
    private readonly Lazy<Names> _names = new(() => Names.Of(HttpOptions.Split(options.Value.Hosts), server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []));

    // The next request mostly has the same.
    private volatile string? _lastAllowed;

    /// <summary>Whether requests may ask for this host. One that asks for none comes from no browser.</summary>
    public bool Allows(HostString asked)
    {
        if (!asked.HasValue || asked.Value == _lastAllowed)
        {
            return true;
        }

        if (!_names.Value.Contain(asked.Host.TrimEnd('.')))
        {
            return false;
        }

        _lastAllowed = asked.Value;
        return true;
    }

    private sealed class Names
    {
        private readonly HashSet<string> _exact = new(StringComparer.OrdinalIgnoreCase) { "localhost" };

        // RFC 6761, section 6.3: every name below localhost is this machine.
        private readonly List<string> _suffixes = [".localhost"];
        private bool _any;
        private bool _onNetwork;

        public static Names Of(IEnumerable<string> configured, IEnumerable<string> addresses)
        {
            var names = new Names();
            foreach (var name in configured)
            {
                names._any |= name == "*";
                if (name.StartsWith("*.", StringComparison.Ordinal))
                {
                    names._suffixes.Add(name[1..]);
                }
                else
                {
                    names._exact.Add(name);
                }
            }

            foreach (var host in addresses.Select(address => BindingAddress.Parse(address).Host))
            {
                names._exact.Add(host);
                names._onNetwork |= !IsLoopback(host);
            }

            if (names._onNetwork)
            {
                names._exact.Add(Environment.MachineName);
                names._exact.UnionWith(s_privateSuffixes.Select(suffix => Environment.MachineName + suffix));
            }

            return names;
        }

        public bool Contain(string name) =>
            _any
            || _exact.Contains(name)
            || (IPAddress.TryParse(name, out var address) && (_onNetwork || IPAddress.IsLoopback(address)))
            || _suffixes.Exists(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));

        private static bool IsLoopback(string host) =>
            host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }
}
