using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using TechTemp.ServiceDefaults.Hosting;
using TechTemp.ServiceDefaults.Requests;

namespace TechTemp.Rules.Tests.Hosting;

/// <summary>The names that a host answers to, by the addresses that it listens on.</summary>
public sealed class AllowedHostsTests
{
    private static readonly string s_machine = Environment.MachineName;

    [Theory]
    [InlineData("http://*:3000")]
    [InlineData("http://[::]:3000")]
    [InlineData("http://0.0.0.0:3000")]
    [InlineData("http://192.168.1.7:3000")]
    public void A_server_for_the_network_answers_to_addresses_and_to_the_names_of_the_machine(string address)
    {
        var hosts = Hosts(address);
        Assert.All(
            ["localhost", "127.0.0.1", "[::1]", "192.168.1.7", "[fd00::7]:3000", s_machine, $"{s_machine}.local", $"{s_machine.ToUpperInvariant()}.lan:3000", $"{s_machine}.home.arpa", $"{s_machine}.internal", ""],
            name => Assert.True(hosts.Allows(new(name)), name));
        Assert.All(
            ["rebound.example", $"{s_machine}.example", $"{s_machine}.local.example", "other.local", "localhost.example"],
            name => Assert.False(hosts.Allows(new(name)), name));
    }

    [Theory]
    [InlineData("http://localhost:3000")]
    [InlineData("http://127.0.0.1:3000")]
    [InlineData("http://[::1]:3000")]
    public void A_server_for_this_machine_alone_answers_to_its_loopback_names(string address)
    {
        var hosts = Hosts(address);
        Assert.All(["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "any.localhost", "LOCALHOST."], name => Assert.True(hosts.Allows(new(name)), name));
        Assert.All(["192.168.1.7", "[fd00::7]", $"{s_machine}.local", "rebound.example"], name => Assert.False(hosts.Allows(new(name)), name));
    }

    [Fact]
    public void A_name_that_it_was_told_to_listen_at_is_its_own() => Assert.True(Hosts("http://home.example.org:3000").Allows(new("home.example.org")));

    [Theory]
    [InlineData(":")]
    [InlineData("[")]
    [InlineData("[::1")]
    [InlineData("a:b:c")]
    [InlineData("localhost:99999999999")]
    [InlineData("\ud800")]
    public void A_host_that_is_none_is_no_fault_of_ours(string name) => _ = Hosts("http://localhost:3000").Allows(new(name));

    private static AllowedHosts Hosts(params string[] addresses) => new(Options.Create(new HttpOptions()), new ListeningServer(addresses));

    private sealed class ListeningServer : IServer
    {
        public ListeningServer(IEnumerable<string> addresses)
        {
            var listening = new ServerAddressesFeature();
            foreach (var address in addresses)
            {
                listening.Addresses.Add(address);
            }

            Features.Set<IServerAddressesFeature>(listening);
        }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
