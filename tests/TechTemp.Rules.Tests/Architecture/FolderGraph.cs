using System.Reflection;

namespace TechTemp.Rules.Tests.Architecture;

/// <summary>
/// Which top-level folder of a project depends on which other: a type in the one's namespace uses a type in the other's. The project's own
/// folder counts as one, <see cref="Top"/>.
/// </summary>
internal sealed class FolderGraph
{
    /// <summary>The folder of the project file, with <c>Program</c> and what composes the project.</summary>
    public const string Top = "(top)";

    private readonly string _root;

    // An example of each dependency: a type of the one folder and a type of the other.
    private readonly SortedDictionary<string, SortedDictionary<string, string>> _uses = new(StringComparer.Ordinal);

    /// <summary>Looks at a project.</summary>
    /// <param name="assembly">What it is built to.</param>
    /// <param name="root">The namespace of its own folder.</param>
    public FolderGraph(Assembly assembly, string root)
    {
        _root = root;
        foreach (var type in assembly.GetTypes())
        {
            if (Folder(type) is not { } from)
            {
                continue;
            }

            foreach (var used in TypeUses.Of(type).Where(used => used.Assembly == assembly))
            {
                if (Folder(used) is { } to && to != from)
                {
                    (_uses.TryGetValue(from, out var targets) ? targets : _uses[from] = new(StringComparer.Ordinal))
                        .TryAdd(to, $"{Outermost(type).Name} uses {Outermost(used).Name}");
                }
            }
        }
    }

    /// <summary>The shortest cycles, each with an example of each step. One that has all folders of a shorter one is left out.</summary>
    public IReadOnlyDictionary<string, string> Cycles()
    {
        var cycles = new Dictionary<string, string>();
        var known = new List<HashSet<string>>();
        foreach (var cycle in Closed().OrderBy(cycle => cycle.Count))
        {
            if (!known.Any(shorter => shorter.IsSubsetOf(cycle)))
            {
                known.Add([.. cycle]);
                cycles.Add(string.Join(" → ", cycle), string.Join(", ", cycle.Zip(cycle.Skip(1), (from, to) => $"{from} → {to}: {_uses[from][to]}")));
            }
        }

        return cycles;
    }

    // For each dependency the shortest way back, where there is one.
    private IEnumerable<List<string>> Closed() =>
        from source in _uses
        from target in source.Value.Keys
        let back = Path(target, source.Key)
        where back is not null
        select (List<string>)[source.Key, .. back];

    // The shortest, by breadth.
    private List<string>? Path(string from, string to)
    {
        var before = new Dictionary<string, string?> { [from] = null };
        var next = new Queue<string>([from]);
        while (next.TryDequeue(out var folder))
        {
            if (folder == to)
            {
                var path = new List<string>();
                for (var step = folder; step is not null; step = before[step])
                {
                    path.Insert(0, step);
                }

                return path;
            }

            foreach (var target in _uses.GetValueOrDefault(folder)?.Keys ?? Enumerable.Empty<string>())
            {
                if (before.TryAdd(target, folder))
                {
                    next.Enqueue(target);
                }
            }
        }

        return null;
    }

    // Null for what generators put elsewhere. Top-level statements are in no namespace.
    private string? Folder(Type type) => Outermost(type) switch
    {
        { Namespace: null, Name: "Program" } => Top,
        { Namespace: { } name } when name == _root => Top,
        { Namespace: { } name } when name.StartsWith(_root + ".", StringComparison.Ordinal) => name[(_root.Length + 1)..].Split('.')[0],
        _ => null,
    };

    private static Type Outermost(Type type) => type.DeclaringType is { } declaring ? Outermost(declaring) : type;
}
