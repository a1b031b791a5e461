using System.Collections.Concurrent;
using k8s;
using k8s.Models;

namespace TechTemp.Compose.Tests.Kubernetes;

/// <summary>What Kustomize makes of an overlay of infrastructure/kubernetes, read by the types of Kubernetes: a field that they lack is an error.</summary>
internal sealed class Manifests
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgres";

    private static readonly ConcurrentDictionary<string, Lazy<Task<Manifests>>> s_built = new();

    private Manifests(string text)
    {
        Text = text;
        All = Read(text);
        Workloads = [.. All.OfType<V1Deployment>().Select(Workload.Of), .. All.OfType<V1StatefulSet>().Select(Workload.Of)];
    }

    /// <summary>The folder of the manifests.</summary>
    public static string Folder => Repository.File("infrastructure", "kubernetes");

    public string Text { get; }

    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> All { get; }

    public IReadOnlyList<Workload> Workloads { get; }

    /// <summary>Builds an overlay, once, with the Kustomize that <c>kubectl apply -k</c> uses.</summary>
    public static Task<Manifests> BuildAsync(string overlay) => s_built.GetOrAdd(overlay, name => new(() => BuildOverlayAsync(name))).Value;

    /// <summary>Reads documents strictly.</summary>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Read(string text) =>
        [.. KubernetesYaml.LoadAllFromString(text, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()];

    /// <summary>The names of what is of a kind.</summary>
    public IEnumerable<string> Names<T>()
        where T : IKubernetesObject<V1ObjectMeta> => All.OfType<T>().Select(item => item.Metadata.Name);

    /// <summary>A ConfigMap's entries.</summary>
    public IDictionary<string, string> Configuration(string name) => All.OfType<V1ConfigMap>().Single(map => map.Metadata.Name == name).Data;

    public Workload Find(string name) => Workloads.Single(workload => workload.Name == name);

    private static async Task<Manifests> BuildOverlayAsync(string overlay)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        Machine.Require(folders.Any(folder => File.Exists(Path.Combine(folder, "kubectl"))), "kubectl 1.27 or newer (it brings Kustomize)");
        return new((await Machine.RunAsync("kubectl", ["kustomize", Path.Combine(Folder, "overlays", overlay)])).Succeeded().Output);
    }
}
