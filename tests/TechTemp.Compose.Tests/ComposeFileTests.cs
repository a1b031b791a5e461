using System.Globalization;
using System.Text.RegularExpressions;

namespace TechTemp.Compose.Tests;

/// <summary>Both committed compose files keep the list of what a hardened deployment has.</summary>
public sealed partial class ComposeFileTests
{
    private static readonly Dictionary<string, ComposeFile> s_files =
        new[] { ComposeFile.Sqlite, ComposeFile.Postgres }.ToDictionary(name => name, ComposeFile.Read);

    public static TheoryData<string> Files => [.. s_files.Keys];

    public static TheoryData<string, string> Services => [.. s_files.SelectMany(file => file.Value.Services.Select(service => (file.Key, service)))];

    public static TheoryData<string, string> Hosts => [.. Services.Where(row => row.Data.Item2 is not ("mosquitto" or "postgres"))];

    [Theory]
    [InlineData(ComposeFile.Sqlite, "api", "dashboard", "ingest", "mosquitto")]
    [InlineData(ComposeFile.Postgres, "api", "dashboard", "ingest-0", "ingest-1", "ingest-2", "mosquitto", "postgres")]
    public void It_has_these_services(string file, params string[] services)
    {
        Assert.Equal(services, s_files[file].Services.Order());
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_tells_its_health(string file, string service)
    {
        Assert.NotEmpty(s_files[file].List(service, "healthcheck/test"));
        Assert.All(["interval", "timeout", "retries", "start_period"], key => Assert.NotNull(s_files[file].Value(service, $"healthcheck/{key}")));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_waits_for_others_until_they_are_healthy(string file, string service)
    {
        Assert.All(s_files[file].Keys(service, "depends_on"), other => Assert.Equal("service_healthy", s_files[file].Value(service, $"depends_on/{other}/condition")));
    }

    [Theory]
    [InlineData(ComposeFile.Sqlite, "ingest", "mosquitto")]
    [InlineData(ComposeFile.Sqlite, "api", "ingest")]
    [InlineData(ComposeFile.Sqlite, "dashboard", "api")]
    [InlineData(ComposeFile.Postgres, "ingest-0", "mosquitto", "postgres")]
    [InlineData(ComposeFile.Postgres, "ingest-1", "mosquitto", "postgres")]
    [InlineData(ComposeFile.Postgres, "ingest-2", "mosquitto", "postgres")]
    [InlineData(ComposeFile.Postgres, "api", "ingest-0", "postgres")]
    [InlineData(ComposeFile.Postgres, "dashboard", "api")]
    public void Each_service_waits_for_what_it_needs(string file, string service, params string[] others)
    {
        Assert.Equal(others, s_files[file].Keys(service, "depends_on").Order());
    }

    [Fact]
    public void Each_worker_on_PostgreSQL_has_its_services_name_and_nothing_else_of_its_own()
    {
        var file = s_files[ComposeFile.Postgres];
        foreach (var worker in new[] { "ingest-0", "ingest-1", "ingest-2" })
        {
            Assert.Equal(worker, file.Value(worker, "environment/Ingest__Worker"));
            foreach (var name in file.Keys(worker, "environment").Where(name => name is not ("Ingest__Worker" or "Http__Hosts")))
            {
                Assert.Equal(file.Value("ingest-0", $"environment/{name}"), file.Value(worker, $"environment/{name}"));
            }
        }
    }

    [Fact]
    public void PostgreSQL_is_on_a_network_without_a_way_out_that_ingest_and_the_api_alone_share()
    {
        var file = s_files[ComposeFile.Postgres];
        var network = Assert.Single(file.List("postgres", "networks"));
        Assert.True(file.IsInternal(network));
        Assert.Equal(["api", "ingest-0", "ingest-1", "ingest-2", "postgres"], file.Services.Where(service => file.List(service, "networks").Contains(network)).Order());
    }

    [Fact]
    public void PostgreSQL_syncs_every_commit_to_its_volume()
    {
        var file = s_files[ComposeFile.Postgres];
        Assert.Empty(file.List("postgres", "command"));
        Assert.Empty(file.List("postgres", "entrypoint"));
        Assert.DoesNotContain("synchronous_commit", file.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("fsync", file.Text, StringComparison.Ordinal);
        Assert.Equal("/var/lib/postgresql", Assert.Single(file.Mappings("postgres", "volumes"))["target"]);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_dashboard_reaches_the_api_alone_and_has_neither_store_nor_secret(string file)
    {
        var network = Assert.Single(s_files[file].List("dashboard", "networks"));
        Assert.Equal(["api", "dashboard"], s_files[file].Services.Where(service => s_files[file].List(service, "networks").Contains(network)).Order());
        Assert.Equal("http://api:8080", s_files[file].Value("dashboard", "environment/API_URL"));
        Assert.Empty(s_files[file].Mappings("dashboard", "volumes"));
        Assert.Empty(s_files[file].Mappings("dashboard", "secrets"));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Each_service_answers_to_its_own_name_and_to_those_of_the_settings(string file, string service)
    {
        Assert.Equal($"{service} ${{HTTP_HOSTS:-}}", s_files[file].Value(service, "environment/Http__Hosts"));
        Assert.Equal("${HTTP_PROXIES:-}", s_files[file].Value(service, "environment/Http__Proxies"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_starts_again_unless_somebody_stopped_it(string file, string service)
    {
        Assert.Equal("unless-stopped", s_files[file].Value(service, "restart"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_has_a_user_who_is_not_root_by_number(string file, string service)
    {
        Assert.Matches("^[1-9][0-9]*:[1-9][0-9]*$", s_files[file].Value(service, "user"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_writes_only_to_its_volume_and_to_memory(string file, string service)
    {
        Assert.Equal("true", s_files[file].Value(service, "read_only"));
        Assert.Equal(service == "postgres" ? ["/tmp", "/var/run/postgresql:mode=1777"] : ["/tmp"], s_files[file].List(service, "tmpfs"));
        Assert.All(s_files[file].Mappings(service, "volumes"), volume => Assert.True(volume["type"] == "volume" || volume["read_only"] == "true", volume["target"]));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_has_no_right_that_it_can_do_without(string file, string service)
    {
        Assert.Equal(["ALL"], s_files[file].List(service, "cap_drop"));
        Assert.Empty(s_files[file].List(service, "cap_add"));
        Assert.Equal(["no-new-privileges:true"], s_files[file].List(service, "security_opt"));
        Assert.Null(s_files[file].Value(service, "privileged"));
        Assert.Null(s_files[file].Value(service, "network_mode"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_has_a_limit_of_memory_and_processor(string file, string service)
    {
        Assert.Matches("^[0-9]+M$", s_files[file].Value(service, "deploy/resources/limits/memory"));
        Assert.NotNull(s_files[file].Value(service, "deploy/resources/limits/cpus"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_rotates_its_log(string file, string service)
    {
        Assert.Equal("json-file", s_files[file].Value(service, "logging/driver"));
        Assert.NotNull(s_files[file].Value(service, "logging/options/max-size"));
        Assert.NotNull(s_files[file].Value(service, "logging/options/max-file"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_service_has_more_time_to_stop_than_a_host_takes(string file, string service)
    {
        // Hosts give their work 30 s (.NET's ShutdownTimeout).
        Assert.True(int.Parse(s_files[file].Value(service, "stop_grace_period")!.TrimEnd('s'), CultureInfo.InvariantCulture) > 30);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_image_has_a_version(string file, string service)
    {
        Assert.Matches(@"^[a-z-]+:([0-9]+\.[0-9]+(\.[0-9]+)?|\$\{TECHTEMP_VERSION:-local\})$", s_files[file].Value(service, "image"));
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

    [Theory]
    [MemberData(nameof(Files))]
    public void Mosquitto_is_new_enough(string file)
    {
        Assert.True(Version.Parse(s_files[file].Value("mosquitto", "image")!.Split(':')[1]) >= new Version(2, 0, 22));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Only_the_broker_the_api_and_the_dashboard_are_published_and_only_to_this_machine_unless_somebody_says_more(string file)
    {
        Assert.Equal(["${HTTP_ADDRESS:-127.0.0.1}:${HTTP_PORT:-3000}:8080"], s_files[file].List("api", "ports"));
        Assert.Equal(["${DASHBOARD_ADDRESS:-127.0.0.1}:${DASHBOARD_PORT:-3002}:8080"], s_files[file].List("dashboard", "ports"));
        Assert.Equal(["${MQTT_ADDRESS:-127.0.0.1}:${MQTT_PORT:-1883}:1883"], s_files[file].List("mosquitto", "ports"));
        Assert.All(s_files[file].Services.Except(["api", "dashboard", "mosquitto"]), service => Assert.Empty(s_files[file].List(service, "ports")));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Ingest_and_the_api_reach_the_broker_at_a_port_that_is_not_published(string file)
    {
        Assert.All(
            s_files[file].Services.Where(service => service.StartsWith("ingest", StringComparison.Ordinal)),
            service => Assert.Equal("mqtt://ingest@mosquitto:1884", s_files[file].Value(service, "environment/ConnectionStrings__mosquitto")));
        Assert.Equal("mqtt://api@mosquitto:1884", s_files[file].Value("api", "environment/ConnectionStrings__mosquitto"));
        var files = Directory.EnumerateFiles(Repository.File("infrastructure", "compose"), "docker-compose*.yaml");
        Assert.All(files, path => Assert.DoesNotContain(":1884\"\n", File.ReadAllText(path).Replace("@mosquitto:1884\"", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_volume_has_a_name(string file)
    {
        var used = s_files[file].Services.SelectMany(service => s_files[file].Mappings(service, "volumes")).Where(volume => volume["type"] == "volume").Select(volume => volume["source"]);
        Assert.Equal(s_files[file].Volumes.Order(), used.Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_file_that_is_mounted_exists(string file)
    {
        var files = s_files[file].Services.SelectMany(service => s_files[file].Mappings(service, "volumes")).Where(volume => volume["type"] == "bind").Select(volume => volume["source"]);
        Assert.All(files, path => Assert.True(File.Exists(Repository.File("infrastructure", "compose", path)), path));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_secret_is_a_file_and_none_is_in_an_environment(string file)
    {
        var used = s_files[file].Services.SelectMany(service => s_files[file].Mappings(service, "secrets")).Select(secret => secret["source"]);
        Assert.Equal(s_files[file].Secrets.Order(), used.Distinct().Order());
        foreach (var service in s_files[file].Services)
        {
            Assert.DoesNotContain(s_files[file].Keys(service, "environment"), name => name.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase) && !name.EndsWith("File", StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain("Password=", s_files[file].Value(service, "environment/ConnectionStrings__techtemp") ?? "", StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch("mqtts?://[^/@ ]*:[^/@ ]*@", s_files[file].Value(service, "environment/ConnectionStrings__mosquitto") ?? "");
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
