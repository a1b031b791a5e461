using System.Globalization;
using System.Text.RegularExpressions;

namespace TechTemp.Compose.Tests;

/// <summary>The committed docker-compose.yaml keeps the list of what a hardened deployment has.</summary>
public sealed partial class ComposeFileTests
{
    private static readonly ComposeFile s_file = ComposeFile.Read();

    public static TheoryData<string> Services => [.. s_file.Services];

    [Fact]
    public void It_has_these_services()
    {
        Assert.Equal(["api", "dashboard", "ingest", "mosquitto"], s_file.Services.Order());
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_tells_its_health(string service)
    {
        Assert.NotEmpty(s_file.List(service, "healthcheck/test"));
        Assert.All(["interval", "timeout", "retries", "start_period"], key => Assert.NotNull(s_file.Value(service, $"healthcheck/{key}")));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_waits_for_others_until_they_are_healthy(string service)
    {
        Assert.All(s_file.Keys(service, "depends_on"), other => Assert.Equal("service_healthy", s_file.Value(service, $"depends_on/{other}/condition")));
    }

    [Fact]
    public void Ingest_waits_for_the_broker_the_api_for_ingest_and_the_dashboard_for_the_api()
    {
        Assert.Equal(["mosquitto"], s_file.Keys("ingest", "depends_on"));
        Assert.Equal(["ingest"], s_file.Keys("api", "depends_on"));
        Assert.Equal(["api"], s_file.Keys("dashboard", "depends_on"));
    }

    [Fact]
    public void The_dashboard_reaches_the_api_alone_and_has_neither_store_nor_secret()
    {
        var network = Assert.Single(s_file.List("dashboard", "networks"));
        Assert.Equal(["api", "dashboard"], s_file.Services.Where(service => s_file.List(service, "networks").Contains(network)).Order());
        Assert.Equal("http://api:8080", s_file.Value("dashboard", "environment/API_URL"));
        Assert.Empty(s_file.Mappings("dashboard", "volumes"));
        Assert.Empty(s_file.Mappings("dashboard", "secrets"));
    }

    [Theory]
    [InlineData("ingest")]
    [InlineData("api")]
    [InlineData("dashboard")]
    public void Each_service_answers_to_its_own_name_and_to_those_of_the_settings(string service)
    {
        Assert.Equal($"{service} ${{HTTP_HOSTS:-}}", s_file.Value(service, "environment/Http__Hosts"));
        Assert.Equal("${HTTP_PROXIES:-}", s_file.Value(service, "environment/Http__Proxies"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_starts_again_unless_somebody_stopped_it(string service)
    {
        Assert.Equal("unless-stopped", s_file.Value(service, "restart"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_has_a_user_who_is_not_root_by_number(string service)
    {
        Assert.Matches("^[1-9][0-9]*:[1-9][0-9]*$", s_file.Value(service, "user"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_writes_only_to_its_volume_and_to_memory(string service)
    {
        Assert.Equal("true", s_file.Value(service, "read_only"));
        Assert.Equal(["/tmp"], s_file.List(service, "tmpfs"));
        Assert.All(s_file.Mappings(service, "volumes"), volume => Assert.True(volume["type"] == "volume" || volume["read_only"] == "true", volume["target"]));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_has_no_right_that_it_can_do_without(string service)
    {
        Assert.Equal(["ALL"], s_file.List(service, "cap_drop"));
        Assert.Empty(s_file.List(service, "cap_add"));
        Assert.Equal(["no-new-privileges:true"], s_file.List(service, "security_opt"));
        Assert.Null(s_file.Value(service, "privileged"));
        Assert.Null(s_file.Value(service, "network_mode"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_has_a_limit_of_memory_and_processor(string service)
    {
        Assert.Matches("^[0-9]+M$", s_file.Value(service, "deploy/resources/limits/memory"));
        Assert.NotNull(s_file.Value(service, "deploy/resources/limits/cpus"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_rotates_its_log(string service)
    {
        Assert.Equal("json-file", s_file.Value(service, "logging/driver"));
        Assert.NotNull(s_file.Value(service, "logging/options/max-size"));
        Assert.NotNull(s_file.Value(service, "logging/options/max-file"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_has_more_time_to_stop_than_a_host_takes(string service)
    {
        // Hosts give their work 30 s (.NET's ShutdownTimeout).
        Assert.True(int.Parse(s_file.Value(service, "stop_grace_period")!.TrimEnd('s'), CultureInfo.InvariantCulture) > 30);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_image_has_a_version(string service)
    {
        Assert.Matches(@"^[a-z-]+:([0-9]+\.[0-9]+\.[0-9]+|\$\{TECHTEMP_VERSION:-local\})$", s_file.Value(service, "image"));
    }

    [Fact]
    public void The_images_of_the_Dockerfile_are_neither_latest_nor_nightly()
    {
        var from = File.ReadAllLines(Repository.File("infrastructure", "docker", "Dockerfile")).Where(line => line.StartsWith("FROM", StringComparison.Ordinal) && line.Contains('/', StringComparison.Ordinal));
        Assert.All(from, line =>
        {
            Assert.Matches(@":[0-9]+\.[0-9]+", line);
            Assert.DoesNotContain("nightly", line, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Mosquitto_is_new_enough()
    {
        Assert.True(Version.Parse(s_file.Value("mosquitto", "image")!.Split(':')[1]) >= new Version(2, 0, 22));
    }

    [Fact]
    public void Only_the_broker_the_api_and_the_dashboard_are_published_and_only_to_this_machine_unless_somebody_says_more()
    {
        Assert.Equal(["${HTTP_ADDRESS:-127.0.0.1}:${HTTP_PORT:-3000}:8080"], s_file.List("api", "ports"));
        Assert.Equal(["${DASHBOARD_ADDRESS:-127.0.0.1}:${DASHBOARD_PORT:-3002}:8080"], s_file.List("dashboard", "ports"));
        Assert.Equal(["${MQTT_ADDRESS:-127.0.0.1}:${MQTT_PORT:-1883}:1883"], s_file.List("mosquitto", "ports"));
        Assert.Empty(s_file.List("ingest", "ports"));
    }

    [Fact]
    public void Ingest_and_the_api_reach_the_broker_at_a_port_that_is_not_published()
    {
        Assert.Equal("mqtt://ingest@mosquitto:1884", s_file.Value("ingest", "environment/ConnectionStrings__mosquitto"));
        Assert.Equal("mqtt://api@mosquitto:1884", s_file.Value("api", "environment/ConnectionStrings__mosquitto"));
        var files = Directory.EnumerateFiles(Repository.File("infrastructure", "compose"), "docker-compose*.yaml");
        Assert.All(files, file => Assert.DoesNotContain(":1884\"\n", File.ReadAllText(file).Replace("@mosquitto:1884\"", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public void Every_volume_has_a_name()
    {
        var used = s_file.Services.SelectMany(service => s_file.Mappings(service, "volumes")).Where(volume => volume["type"] == "volume").Select(volume => volume["source"]);
        Assert.Equal(s_file.Volumes.Order(), used.Distinct().Order());
    }

    [Fact]
    public void Every_file_that_is_mounted_exists()
    {
        var files = s_file.Services.SelectMany(service => s_file.Mappings(service, "volumes")).Where(volume => volume["type"] == "bind").Select(volume => volume["source"]);
        Assert.All(files, file => Assert.True(File.Exists(Repository.File("infrastructure", "compose", file)), file));
    }

    [Fact]
    public void Every_secret_is_a_file_and_none_is_in_an_environment()
    {
        var used = s_file.Services.SelectMany(service => s_file.Mappings(service, "secrets")).Select(secret => secret["source"]);
        Assert.Equal(s_file.Secrets.Order(), used.Order());
        foreach (var service in s_file.Services)
        {
            Assert.DoesNotContain(s_file.Keys(service, "environment"), name => name.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotMatch("mqtts?://[^/@ ]*:[^/@ ]*@", s_file.Value(service, "environment/ConnectionStrings__mosquitto") ?? "");
        }
    }

    [Fact]
    public void Every_setting_is_in_the_example_with_its_default()
    {
        var example = File.ReadAllLines(Repository.File("infrastructure", "compose", ".env.example"));
        var text = string.Concat(Directory.EnumerateFiles(Repository.File("infrastructure", "compose"), "docker-compose*.yaml").Select(File.ReadAllText));
        var settings = Setting().Matches(text).Select(match => $"{match.Groups[1].Value}={match.Groups[2].Value}").ToHashSet();
        Assert.Subset(example.ToHashSet(), settings);
        Assert.DoesNotContain(example, line => line.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase) && line.Contains('=', StringComparison.Ordinal));
    }

    [Fact]
    public void Every_setting_of_the_example_has_a_comment()
    {
        var example = File.ReadAllText(Repository.File("infrastructure", "compose", ".env.example"));
        Assert.All(example.Split("\n\n"), part => Assert.StartsWith("#", part.Trim(), StringComparison.Ordinal));
    }

    [GeneratedRegex(@"(?<!\$)\$\{([A-Z_]+):-([^}]*)\}")]
    private static partial Regex Setting();
}
