using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TechTemp.Integration.Tests.Hosts;

/// <summary>
/// The command line and the names of settings are checked before anything else: a program that was only asked for its
/// help, or that was called wrongly, opens no file and no port and connects to nothing.
/// </summary>
public sealed class CommandLineTests(SharedStacks stacks)
{
    private static readonly string[] s_servers = ["TechTemp.Ingest", "TechTemp.Api", "TechTemp.Standalone"];

    public static TheoryData<string, string, string> Mistakes
    {
        get
        {
            var mistakes = new TheoryData<string, string, string>
            {
                { "TechTemp.Ingest", "--demo", "Unknown option '--demo'" },
                { "TechTemp.Ingest", "bakup x.db", "Unknown verb 'bakup'. Did you mean 'backup'?" },
                { "TechTemp.Ingest", "backup x.db y.db", "Unexpected argument 'y.db'" },
                { "TechTemp.Ingest", "backup --yse x.db", "Unknown option '--yse'" },
                { "TechTemp.Ingest", "rebuild all --form 2025-09-10", "Unknown option '--form'. Did you mean '--from'?" },
                { "TechTemp.Api", "backup x.db", "Unexpected argument 'backup'" },
                { "TechTemp.Api", "--Broker:Port=1883", "Unknown setting '--Broker:Port'" },
                { "TechTemp.Standalone", "--dmeo", "Unknown option '--dmeo'. Did you mean '--demo'?" },
                { "TechTemp.Standalone", "--lan=maybe", "'--lan' is a switch: write --lan, --lan=true or --lan=false, was 'maybe'." },
                { "TechTemp.Standalone", "--demo=", "'--demo' is a switch: write --demo, --demo=true or --demo=false, was ''." },
                { "TechTemp.Ingest", "restore --yes=1 x.db", "'--yes' is a switch: write --yes, --yes=true or --yes=false, was '1'." },
                { "clients/TechTemp.Dashboard", "--halp", "Unknown option '--halp'. Did you mean '--help'?" },
                { "clients/TechTemp.Dashboard", "start", "Unexpected argument 'start'" },
                { "clients/TechTemp.Dashboard", "--Dashboard:ApiUlr=x", "Did you mean '--Dashboard:ApiUrl'?" },
                { "clients/TechTemp.Device", "--halp", "Unknown option '--halp'. Did you mean '--help'?" },
                { "clients/TechTemp.Device", "smulate", "Unknown command 'smulate'. Did you mean 'simulate'?" },
                { "TechTemp.Ingest", "backup --force", "Unknown option '--force'" },
                { "clients/TechTemp.Device", "simulate --spool --evry", "Unknown option '--evry'. Did you mean '--every'?" },
                { "clients/TechTemp.Device", "--version=now", "'--version' takes no value, was 'now'." },
                { "clients/TechTemp.Device", "run twice", "Unknown argument 'twice'" },
            };
            foreach (var server in s_servers)
            {
                mistakes.Add(server, "--halp", "Unknown option '--halp'. Did you mean '--help'?");
                mistakes.Add(server, "--MQTT_ULR=mqtt://someone:secret@broker", "Unknown option '--MQTT_ULR'. Did you mean '--MQTT_URL'?");
                mistakes.Add(server, "--Store:Pth=x.db", "Unknown setting '--Store:Pth'. Did you mean '--Store:Path'?");
                mistakes.Add(server, "Store:Path=x.db", "Did you mean '--Store:Path=…'?");
                mistakes.Add(server, "--urls", "The setting '--urls' has no value");
                mistakes.Add(server, "--healthcheck now", "'now'");
                mistakes.Add(server, "--healthcheck=now", "'--healthcheck' is a switch: write --healthcheck, --healthcheck=true or --healthcheck=false, was 'now'.");
                mistakes.Add(server, "--version=now", "'--version' takes no value, was 'now'.");
            }

            return mistakes;
        }
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_on_the_command_line_is_named_and_nothing_is_opened(string program, string arguments, string message)
    {
        await using var place = new Place();

        var line = await place.FailAsync(program, [], arguments.Split(' '));

        Assert.Contains(message, line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TechTemp.Ingest", "Mqtt__Urll", "Unknown setting 'Mqtt__Urll' in the environment. Did you mean 'Mqtt__Url'?")]
    [InlineData("TechTemp.Ingest", "Ingest__MaxBacth", "Did you mean 'Ingest__MaxBatch'?")]
    [InlineData("TechTemp.Api", "Ingest__MaxBacth", "Did you mean 'Ingest__MaxBatch'?")]
    [InlineData("TechTemp.Api", "Live__Heartbeats", "Did you mean 'Live__Heartbeat'?")]
    [InlineData("TechTemp.Standalone", "Broker__Prot", "Did you mean 'Broker__Port'?")]
    [InlineData("TechTemp.Standalone", "Http__Port__Number", "Unknown setting 'Http__Port__Number'")]
    [InlineData("clients/TechTemp.Dashboard", "Dashboard__ApiUlr", "Did you mean 'Dashboard__ApiUrl'?")]
    [InlineData("clients/TechTemp.Device", "Device__Evry", "Did you mean 'Device:Every'?")]
    public async Task An_unknown_setting_in_a_section_of_ours_is_named_and_nothing_is_opened(string program, string name, string message)
    {
        await using var place = new Place();

        Assert.Contains(message, await place.FailAsync(program, [(name, "1")], []), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TechTemp.Ingest", "--version")]
    [InlineData("TechTemp.Ingest", "--help")]
    [InlineData("TechTemp.Ingest", "backup --help")]
    [InlineData("TechTemp.Api", "--version")]
    [InlineData("TechTemp.Api", "--help")]
    [InlineData("TechTemp.Standalone", "--version")]
    [InlineData("TechTemp.Standalone", "--help")]
    [InlineData("clients/TechTemp.Dashboard", "--version")]
    [InlineData("clients/TechTemp.Dashboard", "--help")]
    [InlineData("clients/TechTemp.Device", "--version")]
    [InlineData("clients/TechTemp.Device", "--help")]
    public async Task Help_and_version_are_printed_whatever_the_settings_are_and_nothing_is_opened(string program, string arguments)
    {
        await using var place = new Place();
        await using var process = place.Start(program, [("Http__Port", "none"), ("Mqtt__Urll", "x"), ("LOG_LEVEL", "loud")], arguments.Split(' '));

        Assert.Equal(0, await process.ExitAsync());
        Assert.Empty(process.Error);
        Assert.Matches(arguments.Contains("--version", StringComparison.Ordinal) ? @"\A\d+\.\d+\.\d+" : @"Usage:\s+TechTemp\.", process.Output);
    }

    [Fact]
    public async Task The_help_lists_options_verbs_and_short_names_of_settings()
    {
        await using var place = new Place();
        await using var process = place.Start("TechTemp.Standalone", [], "--help");
        Assert.Equal(0, await process.ExitAsync());

        Assert.All(
            ["--help", "--version", "--healthcheck", "--lan", "--demo", "backup <file>", "restore <file>", "import <file>", "rebuild <device|all>", "MQTT_PORT", "DB_PATH", "HTTP_PORT", "LOG_LEVEL"],
            part => Assert.Contains(part, process.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("MQTT_URL", process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_ingest_keeps_its_session_whatever_a_second_one_is_wrongly_started_with()
    {
        var stack = await stacks.OursAsync();
        foreach (var arguments in new[] { "--help", "--version", "--dry-run", "start", "backup --help", "--Mqtt:Urll=x" })
        {
            await using var second = HostProcess.Start("TechTemp.Ingest", new Dictionary<string, string>(stack.Settings), arguments.Split(' '));
            await second.ExitAsync();
            Assert.DoesNotContain("Connected to", second.Output, StringComparison.Ordinal);
        }

        var device = Unique.Uid();
        await stack.Broker.Client.PublishAsync(SampleReading.Topic(device), SampleReading.Payload());
        await Eventually.TrueAsync(async () => await stack.CountAsync(device) == 1, "the reading is in the running ingest's store");
        Assert.DoesNotContain("Lost the connection", stack.Ingest.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Http:Port", "PORT", "--Mqtt:Url=mqtt://127.0.0.1:1", "--Logging:LogLevel:Default=Debug")]
    [InlineData("--urls=http://127.0.0.1:PORT", "--Kestrel:Limits:MaxConcurrentConnections=50", "--LOG_LEVEL=info")]
    [InlineData("--HTTP_PORT=PORT", "--environment", "Production", "--lan=false")]
    public async Task Settings_of_ours_and_of_ASP_NET_Core_are_accepted_on_the_command_line(params string[] arguments)
    {
        using var folder = new TempFolder();
        var settings = new Dictionary<string, string> { ["DB_PATH"] = folder.File("techtemp.db"), ["FOREIGN__Setting"] = "1", ["LAN"] = "eth0" };
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        settings["HTTP_PORT"] = port;

        await using var ingest = HostProcess.Start("TechTemp.Ingest", settings, arguments.Select(a => a.Replace("PORT", port, StringComparison.Ordinal).Replace("HTTP_" + port, "HTTP_PORT", StringComparison.Ordinal)));

        await ingest.HealthAsync(health => health.Status is 200 or 503, "answered");
    }

    /// <summary>An empty folder for the store, a broker that only counts who connects, and ports that must stay free.</summary>
    private sealed class Place : IAsyncDisposable
    {
        private readonly TempFolder _folder = new();
        private readonly TcpListener _broker = new(IPAddress.Loopback, 0);
        private readonly Dictionary<string, string> _settings;

        public Place()
        {
            _broker.Start();
            _settings = new()
            {
                ["MQTT_URL"] = string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{((IPEndPoint)_broker.LocalEndpoint).Port}"),
                ["DB_PATH"] = _folder.File("store/techtemp.db"),
                ["Spool__Folder"] = _folder.File("spool"),
                ["Device__Id"] = "s1",
                ["MQTT_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
            };
        }

        public HostProcess Start(string program, (string Name, string Value)[] settings, params string[] arguments)
        {
            var all = new Dictionary<string, string>(_settings);
            foreach (var (name, value) in settings)
            {
                all[name] = value;
            }

            return HostProcess.Start(program, all, arguments);
        }

        public async Task<string> FailAsync(string program, (string Name, string Value)[] settings, string[] arguments)
        {
            await using var process = Start(program, settings, arguments);
            Assert.Equal(1, await process.ExitAsync());
            Assert.Empty(process.Output);
            Assert.Empty(Directory.EnumerateFileSystemEntries(process.WorkingFolder));
            return Assert.Single(process.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        public ValueTask DisposeAsync()
        {
            Assert.False(_broker.Pending(), "somebody has connected to the broker");
            Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
            _broker.Dispose();
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
