using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TechTemp.Data.Readings;
using TechTemp.Ingest.Instances;
using TechTemp.Ingest.Pipeline;
using TechTemp.Rules.Tests.Support;

namespace TechTemp.Rules.Tests.Ingest;

public sealed class StatePublisherTests : IAsyncDisposable
{
    private readonly RecordingSink _sink = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _services;
    private readonly StatePublisher _publisher;

    public StatePublisherTests()
    {
        _services = new ServiceCollection().AddSingleton<IStateSink>(_sink).BuildServiceProvider();
        _publisher = new(_services, new(Options.Create(new WorkerOptions()), _time), _time);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _publisher.StopAsync(CancellationToken.None);
        _publisher.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public void A_state_is_the_newest_reading_with_its_room() =>
        Assert.Equal(
            """{"ts":1757537685793,"temperature_c":21.02,"humidity_pct":63.33,"room":"salon"}""",
            Encoding.UTF8.GetString(StatePublisher.Payload(new("h1", "s1", "salon", 1_757_537_685_793, new(21.02, 63.33))).Span));

    [Fact]
    public void A_state_tells_zero_as_zero_and_no_room_as_null() =>
        Assert.Equal(
            """{"ts":1757537685793,"temperature_c":0,"humidity_pct":0,"room":null}""",
            Encoding.UTF8.GetString(StatePublisher.Payload(new("h1", "s1", null, 1_757_537_685_793, new(0, 0))).Span));

    [Fact]
    public void A_device_that_counts_is_told_what_it_may_forget() =>
        Assert.EndsWith(
            ""","room":null,"acked_seq":1041}""",
            Encoding.UTF8.GetString(StatePublisher.Payload(new("h1", "s1", null, 1, new(0, 0), 1041)).Span),
            StringComparison.Ordinal);

    [Fact]
    public async Task Of_all_states_only_those_that_changed_are_published_again_and_gone_ones_are_cleared()
    {
        await _publisher.StartAsync(Cancel);
        _publisher.Publish([State("s1", 1), State("s2", 1), State("s3", 1)]);
        await _publisher.FlushAsync(Cancel);
        var before = _sink.Published.Count;
        _publisher.PublishChanges([State("s1", 1), State("s2", 1) with { RoomUid = "office" }]);
        await _publisher.FlushAsync(Cancel);
        Assert.Equal(
            [("home/h1/sensors/s2/state", true), ("home/h1/sensors/s3/state", false)],
            _sink.Published.Skip(before).Select(p => (p.Topic, p.Payload.Length > 0)).Order());
    }

    [Fact]
    public async Task A_broker_that_may_have_forgotten_is_told_everything_again()
    {
        await _publisher.StartAsync(Cancel);
        _publisher.Publish([State("s1", 1), State("s1", 2), State("s2", 1)]);
        await _publisher.FlushAsync(Cancel);
        var before = _sink.Published.Count;
        _publisher.PublishAgain();
        await _publisher.FlushAsync(Cancel);
        Assert.Equal(["home/h1/sensors/s1/state", "home/h1/sensors/s2/state"], _sink.Published.Skip(before).Select(p => p.Topic).Order());
    }

    [Fact]
    public async Task States_are_published_on_their_devices_topics()
    {
        await _publisher.StartAsync(Cancel);
        _publisher.Publish([State("s1", 1), State("s2", 1, "h2")]);
        await _publisher.FlushAsync(Cancel);
        Assert.Equal(["home/h1/sensors/s1/state", "home/h2/sensors/s2/state"], _sink.Published.Select(p => p.Topic).Order());
    }

    [Fact]
    public async Task A_device_without_a_home_has_no_topic_to_publish_on()
    {
        await _publisher.StartAsync(Cancel);
        _publisher.Publish([State("s1", 1) with { HomeId = null }, State("s2", 1)]);
        await _publisher.FlushAsync(Cancel);
        Assert.Equal(["home/h1/sensors/s2/state"], _sink.Published.Select(p => p.Topic));
    }

    [Fact]
    public async Task A_broker_that_was_away_gets_the_newest_state_of_each_device_once()
    {
        _sink.IsAway = true;
        await _publisher.StartAsync(Cancel);
        for (var ts = 1; ts <= 10; ts++)
        {
            _publisher.Publish([State("s1", ts), State("s2", ts)]);
        }

        await Eventually.True(() => _sink.Refusals >= 4, () => _time.Advance(TimeSpan.FromSeconds(1)));
        _sink.IsAway = false;
        await Eventually.True(() => _sink.Published.Count >= 2, () => _time.Advance(TimeSpan.FromSeconds(1)));
        await _publisher.FlushAsync(Cancel);
        Assert.Equal(["home/h1/sensors/s1/state", "home/h1/sensors/s2/state"], _sink.Published.Select(p => p.Topic).Order());
        Assert.All(_sink.Published, p => Assert.StartsWith("""{"ts":10,""", p.Payload, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_flush_with_nothing_waiting_completes_at_once()
    {
        await _publisher.StartAsync(Cancel);
        await _publisher.FlushAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        Assert.Empty(_sink.Published);
    }

    [Fact]
    public async Task A_flush_does_not_complete_while_the_broker_is_away()
    {
        _sink.IsAway = true;
        await _publisher.StartAsync(Cancel);
        _publisher.Publish([State("s1", 1)]);
        var flush = _publisher.FlushAsync(Cancel);
        await Eventually.True(() => _sink.Refusals >= 3, () => _time.Advance(TimeSpan.FromSeconds(1)));
        Assert.False(flush.IsCompleted);
        _sink.IsAway = false;
        await Eventually.True(() => flush.IsCompleted, () => _time.Advance(TimeSpan.FromSeconds(1)));
        Assert.Single(_sink.Published);
    }

    private static DeviceState State(string device, long ts, string home = "h1") => new(home, device, "salon", ts, new(21, 50));
}
