using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace TechTemp.Compose.Tests;

/// <summary>A committed compose file.</summary>
internal sealed partial class ComposeFile
{
    /// <summary>The file with the store in SQLite, and the one with PostgreSQL.</summary>
    public const string Sqlite = "docker-compose.yaml";
    public const string Postgres = "docker-compose.postgres.yaml";

    private readonly YamlMappingNode _root;

    private ComposeFile(string text)
    {
        Text = text;
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        _root = (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    public string Text { get; }

    public IEnumerable<string> Services => Keys(_root, "services");

    public IEnumerable<string> Secrets => Keys(_root, "secrets");

    public IEnumerable<string> Volumes => Keys(_root, "volumes");

    public static ComposeFile Read(string name) => new(File.ReadAllText(Repository.File("infrastructure", "compose", name)));

    /// <summary>Whether a network has no way out.</summary>
    public bool IsInternal(string network) =>
        _root["networks"][network] is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode("internal"), out var value) && ((YamlScalarNode)value).Value == "true";

    /// <summary>A value below a service: <c>deploy/resources/limits/memory</c>; null when there is none.</summary>
    public string? Value(string service, string path) => (Node(service, path) as YamlScalarNode)?.Value;

    /// <summary>A value below a service, with the default of every setting in it.</summary>
    public string Resolved(string service, string path) => Setting().Replace(Value(service, path)!, "$1");

    /// <summary>A list of values below a service; empty when there is none.</summary>
    public string[] List(string service, string path) =>
        Node(service, path) is YamlSequenceNode list ? [.. list.OfType<YamlScalarNode>().Select(item => item.Value!)] : [];

    /// <summary>A list of mappings below a service, each by its keys.</summary>
    public Dictionary<string, string>[] Mappings(string service, string path) =>
        Node(service, path) is YamlSequenceNode list
            ? [.. list.OfType<YamlMappingNode>().Select(item => item.Children.ToDictionary(c => ((YamlScalarNode)c.Key).Value!, c => ((YamlScalarNode)c.Value).Value!))]
            : [];

    /// <summary>The keys of a mapping below a service.</summary>
    public string[] Keys(string service, string path) =>
        Node(service, path) is YamlMappingNode mapping ? [.. mapping.Children.Keys.Cast<YamlScalarNode>().Select(key => key.Value!)] : [];

    private YamlNode? Node(string service, string path)
    {
        YamlNode? node = _root["services"][service];
        foreach (var part in path.Split('/'))
        {
            node = node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(part), out var child) ? child : null;
        }

        return node;
    }

    private static IEnumerable<string> Keys(YamlMappingNode root, string section) =>
        root.Children.TryGetValue(new YamlScalarNode(section), out var node) ? ((YamlMappingNode)node).Children.Keys.Select(key => ((YamlScalarNode)key).Value!) : [];

    [GeneratedRegex(@"\$\{[A-Z_]+:-([^}]*)\}")]
    private static partial Regex Setting();
}
