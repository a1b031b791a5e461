using CsCheck;
using MQTTnet.Protocol;
using TechTemp.Standalone.Broker;
using TechTemp.Standalone.Broker.Keeping;
using TechTemp.Standalone.Broker.Routing;
using TechTemp.Standalone.Broker.Sessions;

namespace TechTemp.Rules.Tests.Broker;

/// <summary>Which subscriptions of Standalone's broker a topic meets (MQTT 5, section 4.7).</summary>
public sealed class SubscriptionTests
{
    [Theory]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [InlineData("sport/#", "sport", true)]
    [InlineData("#", "sport/tennis", true)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("#", "$SYS/uptime", false)]
    [InlineData("+/uptime", "$SYS/uptime", false)]
    [InlineData("$SYS/#", "$SYS/uptime", true)]
    [InlineData("$SYS/+", "$SYS/uptime", true)]
    [InlineData("a/b", "a/B", false)]
    public void A_filter_covers_a_topic_as_the_specification_has_it(string filter, string topic, bool covers)
    {
        Assert.Equal(covers, TopicNames.Matches(filter, topic));
        Assert.Equal(covers ? [filter] : [], Found([filter], topic));
    }

    [Theory]
    [InlineData("a/b", true)]
    [InlineData("+/a/#", true)]
    [InlineData("#", true)]
    [InlineData("/", true)]
    [InlineData("", false)]
    [InlineData("a#", false)]
    [InlineData("a/#/b", false)]
    [InlineData("a+/b", false)]
    [InlineData("a\0", false)]
    [InlineData("$share/group/a/#", true)]
    [InlineData("$share/group", false)]
    [InlineData("$share//a", false)]
    [InlineData("$share/gr+up/a", false)]
    [InlineData("$share/group/", false)]
    public void Invalid_filters_are_refused(string filter, bool valid) => Assert.Equal(valid, TopicNames.TryParse(filter, out _, out _));

    [Fact]
    public void A_filter_of_more_than_200_levels_is_refused()
    {
        Assert.True(TopicNames.IsValidFilter(string.Join('/', Enumerable.Repeat("+", 200))));
        Assert.False(TopicNames.IsValidFilter(string.Join('/', Enumerable.Repeat("+", 201))));
    }

    [Fact]
    public void The_tree_finds_the_filters_that_cover_a_topic_and_forgets_those_that_were_removed()
    {
        string[] levels = ["a", "b", "", "$s", "+"];
        var filters = Gen.Int[0, 4].Select(i => levels[i]).Array[1, 4].Select(Gen.Bool, (parts, all) => string.Join('/', parts) + (all ? "/#" : ""));
        var topics = Gen.Int[0, 3].Select(i => levels[i]).Array[1, 5].Select(parts => string.Join('/', parts)).Where(t => t.Length > 0);
        Gen.Select(filters.Where(f => f.Length > 0).HashSet[0, 12], Gen.Int, topics).Sample((all, seed, topic) =>
        {
            var tree = new SubscriptionTree();
            var subscriptions = all.Select(Subscribe).ToList();
            subscriptions.ForEach(tree.Add);
            var removed = subscriptions.Where((_, i) => ((seed >> i) & 1) == 1).ToList();
            removed.ForEach(tree.Remove);

            var found = new List<Subscription>();
            tree.Match(topic, found);

            var expected = subscriptions.Except(removed).Where(s => TopicNames.Matches(s.Filter, topic)).Select(s => s.Filter);
            Assert.Equal(expected.Order(StringComparer.Ordinal), found.Select(s => s.Filter).Order(StringComparer.Ordinal));
        });
    }

    private static IEnumerable<string> Found(IEnumerable<string> filters, string topic)
    {
        var tree = new SubscriptionTree();
        foreach (var filter in filters)
        {
            tree.Add(Subscribe(filter));
        }

        var found = new List<Subscription>();
        tree.Match(topic, found);
        return found.Select(s => s.Filter);
    }

    private static Subscription Subscribe(string filter) => new(
        new Session("client", null, new SessionBudget(new BrokerOptions()), new BrokerChanges()), filter, null, filter, MqttQualityOfServiceLevel.AtLeastOnce, false, false, 0);
}
