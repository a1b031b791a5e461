using System.Globalization;
using k8s.Models;

namespace TechTemp.Compose.Tests.Kubernetes;

/// <summary>
/// The manifests have the images, ports, variables, files, volumes and limits of the compose files, which the AppHost's model writes.
/// </summary>
public sealed class SameAsComposeTests
{
    private const string Secrets = "/run/secrets";

    public static TheoryData<string, string, string> Workloads =>
    [
        (Manifests.Sqlite, "mosquitto", "mosquitto"),
        (Manifests.Sqlite, "ingest", "ingest"),
        (Manifests.Sqlite, "api", "api"),
        (Manifests.Sqlite, "dashboard", "dashboard"),
        (Manifests.Postgres, "mosquitto", "mosquitto"),
        (Manifests.Postgres, "postgres", "postgres"),
        (Manifests.Postgres, "ingest", "ingest-0"),
        (Manifests.Postgres, "api", "api"),
        (Manifests.Postgres, "dashboard", "dashboard"),
    ];

    [Theory]
    [MemberData(nameof(Workloads))]
    public async Task The_image_and_the_ports(string overlay, string name, string service)
    {
        var (workload, compose) = ((await Manifests.BuildAsync(overlay)).Find(name), Compose(overlay));
        Assert.Equal(compose.Resolved(service, "image"), workload.Container.Image);
        var ports = workload.Container.Ports.Select(port => port.ContainerPort.ToString(CultureInfo.InvariantCulture)).ToList();
        Assert.All(compose.List(service, "ports"), port => Assert.Contains(port.Split(':')[^1], ports));
        if (compose.Value(service, "environment/HTTP_PORTS") is { } http)
        {
            Assert.Equal([http], ports);
        }
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public async Task The_variables(string overlay, string name, string service)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var compose = Compose(overlay);
        var variables = manifests.Find(name).Variables(manifests);
        // Only to be put into another one.
        variables.Remove("HTTP_HOSTS");
        var expected = compose.Keys(service, "environment").ToDictionary(key => key, key => compose.Resolved(service, $"environment/{key}"));
        Assert.Equal(expected.OrderBy(variable => variable.Key, StringComparer.Ordinal), variables.OrderBy(variable => variable.Key, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public async Task The_secrets_as_files_with_the_same_content(string overlay, string name, string service)
    {
        var made = await DocumentedSecrets.ReadAsync();
        var files = (await Manifests.BuildAsync(overlay)).Find(name).SecretFiles().Select(file => (file.Path, made[(file.Secret, file.Key)]));
        Assert.Equal(Compose(overlay).Mappings(service, "secrets").Select(secret => ($"{Secrets}/{secret["target"]}", secret["source"])).Order(), files.Order());
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public async Task The_volumes_and_the_configuration(string overlay, string name, string service)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var (workload, compose) = (manifests.Find(name), Compose(overlay));
        var mounts = compose.Mappings(service, "volumes").ToLookup(mount => mount["type"], mount => (mount["target"], mount["source"]));
        Assert.Equal(mounts["volume"], workload.DataFolders());
        Assert.Equal(compose.List(service, "tmpfs").Select(folder => folder.Split(':')[0]).Order(), workload.ScratchFolders().Order());
        var files = workload.ConfigurationFiles().ToDictionary(file => file.Path, file => manifests.Configuration(file.Map)[file.Key]);
        Assert.Equal(mounts["bind"].Select(mount => mount.Item1).Order(), files.Keys.Order());
        foreach (var (target, source) in mounts["bind"])
        {
            Assert.Equal(await File.ReadAllTextAsync(Repository.File("infrastructure", "compose", source), TestContext.Current.CancellationToken), files[target]);
        }
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public async Task The_user_the_limits_and_the_time_to_stop(string overlay, string name, string service)
    {
        var (workload, compose) = ((await Manifests.BuildAsync(overlay)).Find(name), Compose(overlay));
        var context = workload.Pod.SecurityContext;
        Assert.Equal(compose.Value(service, "user"), string.Create(CultureInfo.InvariantCulture, $"{context.RunAsUser}:{context.RunAsGroup}"));
        var limits = workload.Container.Resources.Limits;
        Assert.Equal(compose.Resolved(service, "deploy/resources/limits/cpus"), limits["cpu"].ToString());
        // Docker's M is Mi.
        Assert.Equal(new ResourceQuantity($"{compose.Value(service, "deploy/resources/limits/memory")}i").ToDecimal(), limits["memory"].ToDecimal());
        Assert.All(workload.Container.Resources.Requests, request => Assert.True(request.Value.ToDecimal() <= limits[request.Key].ToDecimal(), request.Key));
        Assert.Equal(compose.Value(service, "stop_grace_period"), string.Create(CultureInfo.InvariantCulture, $"{workload.Pod.TerminationGracePeriodSeconds}s"));
    }

    [Theory]
    [InlineData(Manifests.Sqlite, "mosquitto")]
    [InlineData(Manifests.Postgres, "mosquitto")]
    [InlineData(Manifests.Postgres, "postgres")]
    public async Task The_question_after_health(string overlay, string name)
    {
        var probe = (await Manifests.BuildAsync(overlay)).Find(name).Container.ReadinessProbe.Exec.Command;
        Assert.Equal(["/bin/sh", "-c", Compose(overlay).List(name, "healthcheck/test")[1].Replace("$$", "$", StringComparison.Ordinal)], probe);
    }

    private static ComposeFile Compose(string overlay) => ComposeFile.Read(overlay == Manifests.Postgres ? ComposeFile.Postgres : ComposeFile.Sqlite);
}
