using k8s.Models;

namespace TechTemp.Compose.Tests.Kubernetes;

/// <summary>What <c>kubectl apply -k</c> would send to a cluster, for each overlay.</summary>
public sealed class ManifestTests
{
    private const int HostUser = 1654;

    private static readonly string[] s_sqliteWorkloads = ["api", "dashboard", "ingest", "mosquitto"];
    private static readonly string[] s_postgresWorkloads = [.. s_sqliteWorkloads, "postgres"];

    public static TheoryData<string> Overlays => [Manifests.Sqlite, Manifests.Postgres];

    public static TheoryData<string, string> Workloads =>
        [.. s_sqliteWorkloads.Select(name => (Manifests.Sqlite, name)), .. s_postgresWorkloads.Select(name => (Manifests.Postgres, name))];

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Manifests.Folder, "*.yaml", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "kustomization.yaml")
            .Select(file => Path.GetRelativePath(Manifests.Folder, file)).Order()];

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task An_overlay_has_the_workloads_in_a_namespace_of_its_own_and_nothing_twice(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        Assert.Equal(overlay == Manifests.Sqlite ? s_sqliteWorkloads : s_postgresWorkloads, manifests.Workloads.Select(workload => workload.Name).Order());
        var space = Assert.Single(manifests.All.OfType<V1Namespace>());
        Assert.Equal("restricted", space.Metadata.Labels["pod-security.kubernetes.io/enforce"]);
        Assert.All(manifests.All.Where(item => item is not V1Namespace), item => Assert.Equal(space.Metadata.Name, item.Metadata.NamespaceProperty));
        Assert.Distinct(manifests.All.Select(item => $"{item.Kind} {item.Metadata.Name}"));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_file_has_only_fields_that_Kubernetes_has(string file)
    {
        Assert.NotEmpty(Manifests.Read(await File.ReadAllTextAsync(Path.Combine(Manifests.Folder, file), TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true")]
    [InlineData("runAsUser: 1654", "runAsUser: app")]
    [InlineData("path: /health", "route: /health")]
    public async Task A_field_that_Kubernetes_does_not_have_is_an_error(string right, string wrong)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Manifests.Folder, "base", "api.yaml"), TestContext.Current.CancellationToken);
        Assert.Contains(right, text, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => Manifests.Read(text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public async Task A_workload_refers_only_to_what_is_there(string overlay, string name)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var workload = manifests.Find(name);
        var maps = manifests.All.OfType<V1ConfigMap>().ToDictionary(map => map.Metadata.Name, map => map.Data);
        Assert.All(
            (workload.Container.Env ?? []).Select(variable => variable.ValueFrom?.ConfigMapKeyRef).OfType<V1ConfigMapKeySelector>(),
            reference => Assert.True(maps[reference.Name].ContainsKey(reference.Key), reference.Key));
        Assert.All(workload.ConfigurationFiles(), file => Assert.True(maps[file.Map].ContainsKey(file.Key), file.Key));
        Assert.All(
            workload.Pod.Volumes.Select(volume => volume.PersistentVolumeClaim?.ClaimName).OfType<string>(),
            claim => Assert.Contains(claim, manifests.Names<V1PersistentVolumeClaim>()));
        Assert.Contains(workload.Pod.ServiceAccountName, manifests.Names<V1ServiceAccount>());
        var volumes = workload.Pod.Volumes.Select(volume => volume.Name).Concat(workload.Claims.Select(claim => claim.Metadata.Name)).ToList();
        Assert.Equal(volumes.Order(), workload.Container.VolumeMounts.Select(mount => mount.Name).Order());
        Assert.All(workload.Container.VolumeMounts, mount => Assert.Equal(
            mount.ReadOnlyProperty ?? false, !workload.DataFolders().Any(folder => folder.Path == mount.MountPath) && !workload.ScratchFolders().Contains(mount.MountPath)));
        Assert.All(workload.Probes.Where(probe => probe.HttpGet is not null), probe => Assert.Contains(probe.HttpGet.Port.Value, workload.Container.Ports.Select(port => port.Name)));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Every_Secret_is_made_as_the_operations_say(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        Assert.Empty(manifests.All.OfType<V1Secret>());
        var made = await DocumentedSecrets.ReadAsync();
        var used = manifests.Workloads.SelectMany(workload => workload.SecretFiles()).Select(file => (file.Secret, file.Key)).ToList();
        Assert.NotEmpty(used);
        Assert.All(used, secret => Assert.Contains(secret, made.Keys));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Every_selector_selects_one_workload(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        foreach (var workload in manifests.Workloads)
        {
            Assert.Equal([workload.Name], Selected(workload.Selector));
        }

        Assert.All(manifests.All.OfType<V1Service>(), service => Assert.Equal([service.Metadata.Name], Selected(new() { MatchLabels = service.Spec.Selector })));
        // One for each.
        Assert.Equal(manifests.Workloads.Select(workload => workload.Name).Order(), manifests.Names<V1PodDisruptionBudget>().Order());
        Assert.All(manifests.All.OfType<V1PodDisruptionBudget>(), budget =>
        {
            Assert.Equal([budget.Metadata.Name], Selected(budget.Spec.Selector));
            Assert.Equal("1", budget.Spec.MaxUnavailable.Value);
        });

        IEnumerable<string> Selected(V1LabelSelector selector) =>
            manifests.Workloads.Where(workload => NetworkPaths.Matches(selector, workload.Labels)).Select(workload => workload.Name);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Every_service_is_of_the_cluster_alone_and_leads_to_a_port_that_is_there(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        Assert.All(manifests.All.OfType<V1Service>(), service =>
        {
            Assert.Null(service.Spec.Type);
            var ports = manifests.Find(service.Metadata.Name).Container.Ports.ToDictionary(port => port.Name, port => port.ContainerPort);
            Assert.All(service.Spec.Ports, port => Assert.Equal(port.Port, ports[port.TargetPort.Value]));
        });
        Assert.All(
            manifests.Workloads.Where(workload => workload.Kind == "StatefulSet").Select(workload => workload.Name),
            name => Assert.Contains(name, manifests.Names<V1Service>()));
    }

    [Theory]
    [InlineData(Manifests.Sqlite)]
    [InlineData(Manifests.Postgres, "api → postgres:postgres", "ingest → postgres:postgres")]
    public async Task The_network_has_these_paths_and_no_others(string overlay, params string[] more)
    {
        const string Names = "kubernetes.io/metadata.name=kube-system k8s-app=kube-dns:53";
        string[] paths =
        [
            "anywhere → mosquitto:mqtt", "ingest → mosquitto:internal", "api → mosquitto:internal", "dashboard → api:http",
            "techtemp-access=true → api:http", "techtemp-access=true → dashboard:http",
            .. new[] { "ingest", "api", "dashboard" }.SelectMany(name => new[] { $"{name} → {Names}/UDP", $"{name} → {Names}/TCP" }), .. more,
        ];
        Assert.Equal(paths.Order(StringComparer.Ordinal), new NetworkPaths(await Manifests.BuildAsync(overlay)).Open());
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public async Task A_pod_has_no_right_that_it_can_do_without(string overlay, string name)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var (pod, container) = (manifests.Find(name).Pod, manifests.Find(name).Container);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal(name switch { "mosquitto" => 1883, "postgres" => 999, _ => HostUser }, pod.SecurityContext.RunAsUser);
        Assert.Equal(pod.SecurityContext.RunAsUser, pod.SecurityContext.RunAsGroup);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.Null(container.SecurityContext.Capabilities.Add);
        Assert.Null(container.SecurityContext.Privileged);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.False(manifests.All.OfType<V1ServiceAccount>().Single(account => account.Metadata.Name == pod.ServiceAccountName).AutomountServiceAccountToken);
        // Variables such as API_PORT would be read as settings.
        Assert.False(pod.EnableServiceLinks);
        Assert.True(pod.HostNetwork is null && pod.HostPID is null && pod.HostIPC is null);
        Assert.All(pod.Volumes, volume => Assert.Null(volume.HostPath));
        // Files of Secrets belong to root: a program reads them as a member of the pod's group.
        Assert.All(pod.Volumes.Select(volume => volume.Secret?.DefaultMode ?? volume.Projected?.DefaultMode).OfType<int>(), mode => Assert.Equal(0b100_100_000, mode));
        Assert.True(pod.SecurityContext.FsGroup == pod.SecurityContext.RunAsGroup || (!manifests.Find(name).SecretFiles().Any() && !manifests.Find(name).DataFolders().Any()));
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public async Task A_pod_that_runs_is_alive_and_one_that_can_work_is_ready(string overlay, string name)
    {
        var container = (await Manifests.BuildAsync(overlay)).Find(name).Container;
        if (name is "mosquitto" or "postgres")
        {
            Assert.Equal(container.ReadinessProbe.Exec.Command, container.LivenessProbe.Exec.Command);
            Assert.Equal(container.ReadinessProbe.Exec.Command, container.StartupProbe.Exec.Command);
            return;
        }

        // A store or a broker that is away must not restart the host.
        Assert.Equal(["/alive", "/alive", "/health"], new[] { container.StartupProbe, container.LivenessProbe, container.ReadinessProbe }.Select(probe => probe.HttpGet.Path));
        Assert.True(container.StartupProbe.PeriodSeconds * container.StartupProbe.FailureThreshold >= 300);
    }

    [Fact]
    public async Task With_SQLite_ingest_and_the_API_share_a_volume_on_one_node_and_are_never_there_twice()
    {
        var manifests = await Manifests.BuildAsync(Manifests.Sqlite);
        foreach (var workload in new[] { manifests.Find("ingest"), manifests.Find("api") })
        {
            Assert.Equal(("Deployment", 1), (workload.Kind, workload.Replicas));
            Assert.Equal("Recreate", manifests.All.OfType<V1Deployment>().Single(deployment => deployment.Metadata.Name == workload.Name).Spec.Strategy.Type);
            Assert.Equal([("/data", "techtemp-data")], workload.DataFolders());
            var term = Assert.Single(workload.Pod.Affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution);
            Assert.Equal("kubernetes.io/hostname", term.TopologyKey);
            Assert.Equal(["api", "ingest"], manifests.Workloads.Where(other => NetworkPaths.Matches(term.LabelSelector, other.Labels)).Select(other => other.Name).Order());
        }
    }

    [Fact]
    public async Task With_PostgreSQL_three_workers_have_names_that_stay_and_the_API_is_there_twice()
    {
        var manifests = await Manifests.BuildAsync(Manifests.Postgres);
        var ingest = manifests.Find("ingest");
        Assert.Equal(("StatefulSet", 3), (ingest.Kind, ingest.Replicas));
        Assert.Equal("ingest-0", ingest.Variables(manifests)["Ingest__Worker"]);
        Assert.Equal(("Deployment", 2), (manifests.Find("api").Kind, manifests.Find("api").Replicas));
        Assert.Empty(ingest.DataFolders());
        Assert.Empty(manifests.Find("api").DataFolders());
    }
}
