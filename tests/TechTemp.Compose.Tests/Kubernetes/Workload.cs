using k8s.Models;

namespace TechTemp.Compose.Tests.Kubernetes;

/// <summary>A Deployment or a StatefulSet.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Replicas">How many pods it has.</param>
/// <param name="Selector">How it finds them.</param>
/// <param name="Template">What they are.</param>
/// <param name="Claims">The claims that each pod has of its own.</param>
internal sealed record Workload(string Name, string Kind, int Replicas, V1LabelSelector Selector, V1PodTemplateSpec Template, IReadOnlyList<V1PersistentVolumeClaim> Claims)
{
    public V1PodSpec Pod => Template.Spec;

    public IDictionary<string, string> Labels => Template.Metadata.Labels;

    public V1Container Container => Assert.Single(Pod.Containers);

    public IEnumerable<V1Probe> Probes => [Container.StartupProbe, Container.LivenessProbe, Container.ReadinessProbe];

    public static Workload Of(V1Deployment deployment) => new(
        deployment.Metadata.Name, deployment.Kind, deployment.Spec.Replicas ?? 1, deployment.Spec.Selector, deployment.Spec.Template, []);

    public static Workload Of(V1StatefulSet set) => new(
        set.Metadata.Name, set.Kind, set.Spec.Replicas ?? 1, set.Spec.Selector, set.Spec.Template, [.. set.Spec.VolumeClaimTemplates ?? []]);

    /// <summary>The variables of the first pod, with everything that they refer to put in.</summary>
    public Dictionary<string, string> Variables(Manifests manifests)
    {
        var variables = new Dictionary<string, string>();
        foreach (var variable in Container.Env ?? [])
        {
            // As the kubelet does it: a variable may refer to those before it.
            variables[variable.Name] = variables.Aggregate(Value(variable), (text, known) => text.Replace($"$({known.Key})", known.Value, StringComparison.Ordinal));
        }

        return variables;

        string Value(V1EnvVar variable) => variable switch
        {
            { ValueFrom.ConfigMapKeyRef: { } reference } => manifests.Configuration(reference.Name)[reference.Key],
            { ValueFrom.FieldRef.FieldPath: "metadata.name" } => $"{Name}-0",
            { ValueFrom: null } => variable.Value,
            _ => throw new NotSupportedException(variable.Name),
        };
    }

    /// <summary>The files of Secrets: the path in the container, the Secret, and the key.</summary>
    public IEnumerable<(string Path, string Secret, string Key)> SecretFiles() =>
        from mount in Container.VolumeMounts
        from volume in Pod.Volumes.Where(volume => volume.Name == mount.Name)
        from source in Secrets(volume)
        from item in source.Items
        select ($"{mount.MountPath}/{item.Path}", source.Name, item.Key);

    /// <summary>The files of ConfigMaps: the path in the container, the ConfigMap, and the key.</summary>
    public IEnumerable<(string Path, string Map, string Key)> ConfigurationFiles() =>
        from mount in Container.VolumeMounts
        let map = Pod.Volumes.FirstOrDefault(volume => volume.Name == mount.Name)?.ConfigMap
        where map is not null
        from item in map.Items
        select ($"{mount.MountPath}/{item.Path}", map.Name, item.Key);

    /// <summary>The folders that outlive a pod: the path in the container, and the claim.</summary>
    public IEnumerable<(string Path, string Claim)> DataFolders() =>
        from mount in Container.VolumeMounts
        let claim = Claims.FirstOrDefault(claim => claim.Metadata.Name == mount.Name)?.Metadata.Name
            ?? Pod.Volumes.FirstOrDefault(volume => volume.Name == mount.Name)?.PersistentVolumeClaim?.ClaimName
        where claim is not null
        select (mount.MountPath, claim);

    /// <summary>The folders that a pod may write to and that end with it.</summary>
    public IEnumerable<string> ScratchFolders() =>
        from mount in Container.VolumeMounts
        where Pod.Volumes.Any(volume => volume.Name == mount.Name && volume.EmptyDir is not null)
        select mount.MountPath;

    private static IEnumerable<(string Name, IList<V1KeyToPath> Items)> Secrets(V1Volume volume) =>
        volume.Secret is { } secret
            ? [(secret.SecretName, secret.Items)]
            : (volume.Projected?.Sources ?? []).Where(source => source.Secret is not null).Select(source => (source.Secret.Name, source.Secret.Items));
}
