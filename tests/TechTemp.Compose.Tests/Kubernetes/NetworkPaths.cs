using k8s.Models;

namespace TechTemp.Compose.Tests.Kubernetes;

/// <summary>Who may connect to whom, by the NetworkPolicies: a connection needs the leave of both ends.</summary>
internal sealed class NetworkPaths(Manifests manifests)
{
    private readonly List<V1NetworkPolicy> _policies = [.. manifests.All.OfType<V1NetworkPolicy>()];

    /// <summary>Every path that is open, such as <c>api → mosquitto:internal</c>.</summary>
    public IEnumerable<string> Open() => Inside().Concat(FromOutside()).Concat(ToOutside()).Order(StringComparer.Ordinal);

    /// <summary>Whether a selector selects pods with these labels.</summary>
    public static bool Matches(V1LabelSelector selector, IDictionary<string, string> labels) =>
        (selector.MatchLabels ?? new Dictionary<string, string>()).All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value)
        && (selector.MatchExpressions ?? []).All(expression => expression.OperatorProperty == "In"
            ? labels.TryGetValue(expression.Key, out var value) && expression.Values.Contains(value)
            : throw new NotSupportedException(expression.OperatorProperty));

    private IEnumerable<string> Inside() =>
        from source in manifests.Workloads
        from target in manifests.Workloads
        from port in target.Container.Ports
        where Of(source, "Egress") is var leaving && (leaving.Count == 0 || leaving.SelectMany(policy => policy.Spec.Egress ?? []).Any(
            rule => IsPeer(rule.To, target.Labels) && IsPort(rule.Ports, port)))
        where Of(target, "Ingress") is var arriving && (arriving.Count == 0 || arriving.SelectMany(policy => policy.Spec.Ingress ?? []).Any(
            rule => IsPeer(rule.FromProperty, source.Labels) && IsPort(rule.Ports, port)))
        select $"{source.Name} → {target.Name}:{port.Name}";

    // Pods of other namespaces, and clients outside of the cluster.
    private IEnumerable<string> FromOutside() =>
        from target in manifests.Workloads
        from port in target.Container.Ports
        from rule in Of(target, "Ingress").SelectMany(policy => policy.Spec.Ingress ?? [])
        where IsPort(rule.Ports, port)
        from source in Outside(rule.FromProperty)
        select $"{source} → {target.Name}:{port.Name}";

    private IEnumerable<string> ToOutside() =>
        from source in manifests.Workloads
        from rule in Of(source, "Egress").SelectMany(policy => policy.Spec.Egress ?? [])
        from target in Outside(rule.To)
        from port in rule.Ports
        select $"{source.Name} → {target}:{port.Port.Value}/{port.Protocol}";

    private List<V1NetworkPolicy> Of(Workload workload, string type) =>
        [.. _policies.Where(policy => policy.Spec.PolicyTypes.Contains(type) && Matches(policy.Spec.PodSelector, workload.Labels))];

    private static IEnumerable<string> Outside(IList<V1NetworkPolicyPeer>? peers) => peers is null
        ? ["anywhere"]
        : peers.Where(peer => peer.PodSelector is null || peer.NamespaceSelector is not null).Select(peer => string.Join(
            ' ', (peer.NamespaceSelector?.MatchLabels ?? throw new NotSupportedException()).Concat(peer.PodSelector?.MatchLabels ?? new Dictionary<string, string>())
                .Select(label => $"{label.Key}={label.Value}")));

    private static bool IsPeer(IList<V1NetworkPolicyPeer>? peers, IDictionary<string, string> labels) =>
        peers is null || peers.Any(peer => peer.NamespaceSelector is null && peer.IpBlock is null && Matches(peer.PodSelector, labels));

    private static bool IsPort(IList<V1NetworkPolicyPort>? ports, V1ContainerPort port) =>
        ports is null || ports.Any(rule => rule.Port.Value == port.Name && (rule.Protocol ?? "TCP") == (port.Protocol ?? "TCP"));
}
