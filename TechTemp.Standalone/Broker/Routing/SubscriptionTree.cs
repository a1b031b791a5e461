namespace TechTemp.Standalone.Broker.Routing;

/// <summary>All subscriptions by the levels of their filters: a topic meets only the branches that can match it. Not safe for threads.</summary>
internal sealed class SubscriptionTree
{
    private readonly Node _root = new();

    public void Add(Subscription subscription)
    {
        var node = _root;
        foreach (var level in subscription.Filter.Split('/'))
        {
            node = node.Child(level);
        }

        node.Subscriptions.Add(subscription);
    }

    public void Remove(Subscription subscription)
    {
        var levels = subscription.Filter.Split('/');
        var path = new Node[levels.Length + 1];
        path[0] = _root;
        for (var i = 0; i < levels.Length; i++)
        {
            path[i + 1] = path[i].Children[levels[i]];
        }

        path[^1].Subscriptions.Remove(subscription);
        // Branches without subscriptions would fill the memory.
        for (var i = levels.Length; i > 0 && path[i].IsEmpty; i--)
        {
            path[i - 1].Children.Remove(levels[i - 1]);
        }
    }

    /// <summary>Adds every subscription whose filter covers the topic.</summary>
    public void Match(string topic, List<Subscription> found)
    {
        if (topic is ['$', ..])
        {
            // Wildcards at the first level do not cover it (MQTT-4.7.2-1).
            var end = topic.IndexOf('/', StringComparison.Ordinal);
            if (_root.Children.TryGetValue(end < 0 ? topic : topic[..end], out var node))
            {
                Match(node, end < 0 ? default : topic.AsSpan(end + 1), end >= 0, found);
            }
        }
        else
        {
            Match(_root, topic, goesOn: true, found);
        }
    }

    private static void Match(Node node, ReadOnlySpan<char> rest, bool goesOn, List<Subscription> found)
    {
        if (node.Children.TryGetValue("#", out var all))
        {
            found.AddRange(all.Subscriptions);
        }

        if (!goesOn)
        {
            found.AddRange(node.Subscriptions);
            return;
        }

        if (node.Children.Count == 0)
        {
            return;
        }

        var end = rest.IndexOf('/');
        var level = end < 0 ? rest : rest[..end];
        var below = end < 0 ? default : rest[(end + 1)..];
        if (node.ByLevel.TryGetValue(level, out var child))
        {
            Match(child, below, end >= 0, found);
        }

        if (level is not "+" && node.Children.TryGetValue("+", out var any))
        {
            Match(any, below, end >= 0, found);
        }
    }

    private sealed class Node
    {
        public Node() => ByLevel = Children.GetAlternateLookup<ReadOnlySpan<char>>();

        public Dictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, Node>.AlternateLookup<ReadOnlySpan<char>> ByLevel { get; }

        public List<Subscription> Subscriptions { get; } = [];

        public bool IsEmpty => Subscriptions.Count == 0 && Children.Count == 0;

        public Node Child(string level)
        {
            if (!Children.TryGetValue(level, out var child))
            {
                Children.Add(level, child = new());
            }

            return child;
        }
    }
}
