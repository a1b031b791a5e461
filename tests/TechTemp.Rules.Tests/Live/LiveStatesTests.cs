using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TechTemp.Api.Live;
using Sent = TechTemp.Testing.SampleReading;

namespace TechTemp.Rules.Tests.Live;

/// <summary>Which states are events, and what a listener gets that has missed some.</summary>
public sealed class LiveStatesTests
{
    private const int Kept = 4;
    private readonly LiveStates _states = New();

    [Fact]
    public void A_state_that_is_published_again_is_no_event()
    {
        Publish("a", 1);
        Publish("a", 1);
        Publish("a", 1, isCopy: true);

        Assert.Equal(["a@1"], After(0));
    }

    [Fact]
    public void A_state_of_the_same_time_with_another_room_or_value_is_an_event()
    {
        Publish("a", 1);
        Publish("a", 1, room: "salon");
        Publish("a", 1, temperature: 5);

        Assert.Equal(["a@1", "a@1", "a@1"], After(0));
    }

    [Fact]
    public void What_a_broker_kept_never_moves_a_device_back()
    {
        Publish("a", 2);
        Publish("a", 1, isCopy: true);

        Assert.Equal(["a@2"], After(0));
    }

    [Fact]
    public void A_device_whose_newest_reading_was_removed_is_followed_back()
    {
        Publish("a", 2);
        Publish("a", 1);

        Assert.Equal(["a@2", "a@1"], After(0));
        Assert.Equal(["a@1"], After(null));
    }

    [Fact]
    public void Who_comes_for_the_first_time_gets_the_newest_state_of_each_device_in_the_order_of_the_ids()
    {
        Publish("a", 1);
        Publish("b", 1);
        Publish("a", 2);

        Assert.Equal(["b@1", "a@2"], After(null));
    }

    [Fact]
    public void Who_has_missed_no_more_than_is_kept_gets_all_of_it()
    {
        PublishAll("a", 1, 10);

        Assert.Equal(["a@7", "a@8", "a@9", "a@10"], After(10 - Kept));
        Assert.Empty(After(10));
    }

    [Fact]
    public void Who_has_missed_more_than_is_kept_gets_each_device_that_has_changed_since()
    {
        Publish("unchanged", 1);
        Publish("b", 1);
        PublishAll("a", 1, 10);

        Assert.Equal(["b@1", "a@10"], After(1));
    }

    [Fact]
    public void An_id_is_a_position_in_its_own_run_only()
    {
        Publish("a", 1);
        Publish("a", 2);
        var ids = _states.After(0).Events.Select(e => Field(e, "id")).ToList();

        Assert.Equal([1, 2], ids.Select(_states.PositionOf));
        Assert.All(ids, id => Assert.Null(New().PositionOf(id)));
        Assert.All(new[] { null, "", "-", "1", "x-1", ids[0] + "0", ids[0] + "-1", ids[0].Replace("-1", "--1", StringComparison.Ordinal) }, id => Assert.Null(_states.PositionOf(id)));
    }

    [Fact]
    public void A_device_whose_state_is_cleared_is_no_event_and_is_forgotten()
    {
        Publish("a", 5);
        _states.Accept(Sent.StateTopic("a"), []);
        Assert.Empty(After(null));
        Assert.Equal(1, _states.After(null).Position);

        Publish("a", 1);
        Assert.Equal(["a@1"], After(null));
    }

    [Fact]
    public void A_deleted_device_does_not_come_back_by_what_a_broker_kept()
    {
        Publish("a", 5);
        _states.KeepOnly(new HashSet<string>());
        Publish("a", 5, isCopy: true);
        Assert.Empty(After(null));

        Publish("a", 6, isCopy: true);
        Assert.Equal(["a@6"], After(null));
    }

    [Fact]
    public void A_device_that_is_cleared_in_its_old_home_is_still_there()
    {
        Publish("a", 1, home: "old");
        Publish("a", 1, home: "new");
        _states.Accept(Sent.StateTopic("a", "old"), []);
        Assert.Equal(["a@1"], After(null));
        Assert.Equal(["a@1"], After(0));

        _states.Accept(Sent.StateTopic("a", "new"), []);
        Assert.Empty(After(null));
    }

    [Fact]
    public void Devices_that_are_no_more_are_forgotten()
    {
        Publish("a", 1);
        Publish("b", 1);
        _states.KeepOnly(new HashSet<string> { "b", "c" });

        Assert.Equal(["b@1"], After(null));
    }

    [Theory]
    [InlineData("offline")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"ts":1757537685793,"temperature_c":null}""")]
    [InlineData("""{"ts":1757537685793,"other":21}""")]
    [InlineData("""{"ts":1757537685793,"temperature_c":"21","humidity_pct":50}""")]
    [InlineData("""{"ts":1757537685793,"temperature_c":1e999,"humidity_pct":50}""")]
    [InlineData("""{"ts":9223372036854775807,"temperature_c":21,"humidity_pct":50}""")]
    [InlineData("""{"ts":-9223372036854775808,"temperature_c":21,"humidity_pct":50}""")]
    public void What_is_not_a_state_is_ignored(string payload)
    {
        _states.Accept(Sent.StateTopic("a"), Encoding.UTF8.GetBytes(payload));

        Assert.Equal(0, _states.After(null).Position);
    }

    [Theory]
    [InlineData("home/h/sensors/a/reading")]
    [InlineData("home/h/sensors/not valid/state")]
    [InlineData("home/h/sensors/a/state/more")]
    public void What_is_not_a_states_topic_is_ignored(string topic)
    {
        _states.Accept(topic, Encoding.UTF8.GetBytes(Sent.Payload()));

        Assert.Equal(0, _states.After(null).Position);
    }

    [Fact]
    public void Whoever_waits_is_told_of_a_change()
    {
        var waiting = _states.After(null).Changed;
        Assert.False(waiting.IsCompleted);

        Publish("a", 1);

        Assert.True(waiting.IsCompletedSuccessfully);
    }

    private static LiveStates New() =>
        new(Options.Create(new LiveOptions { KeptEvents = Kept }), NullLogger<LiveStates>.Instance);

    private void PublishAll(string device, int first, int last)
    {
        for (var n = first; n <= last; n++)
        {
            Publish(device, n);
        }
    }

    private void Publish(string device, int n, double temperature = 21, string? room = null, string home = Sent.Home, bool isCopy = false)
    {
        var payload = new JsonObject { ["ts"] = Sent.Ts + n, ["temperature_c"] = temperature, ["humidity_pct"] = 50, ["room"] = room, ["acked_seq"] = n };
        _states.Accept(Sent.StateTopic(device, home), Encoding.UTF8.GetBytes(payload.ToJsonString()), isCopy);
    }

    private IEnumerable<string> After(long? position) =>
        _states.After(position).Events.Select(e => $"{e.DeviceUid}@{e.State.Ts - Sent.Ts}");

    private static string Field(LiveEvent streamed, string name) =>
        Encoding.UTF8.GetString(streamed.Frame.Span).Split('\n').Single(line => line.StartsWith($"{name}: ", StringComparison.Ordinal))[(name.Length + 2)..];
}
