using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Ingest;
using TechTemp.Ingest.Pipeline;
using TechTemp.Readings.Messages;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Ingest;

public sealed class IngestPipelineTests : IAsyncDisposable
{
    private readonly RecordingSink _sink = new();
    private readonly ConcurrentQueue<long> _acknowledged = new();
    private readonly TestStore _store;
    private readonly Measured _measured;

    public IngestPipelineTests()
    {
        _store = new(
            builder =>
            {
                builder.AddIngestPipeline();
                builder.Services.AddSingleton<IStateSink>(_sink);
            },
            ("Store:BusyTimeout", "00:00:00.01"), ("Ingest:MaxBatch", "100"), ("Ingest:InHandLimit", "150"));
        _measured = new(_store.Get<IMeterFactory>());
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IngestPipeline Pipeline => _store.Get<IngestPipeline>();

    public async ValueTask DisposeAsync()
    {
        await _store.Host.StopAsync(CancellationToken.None);
        _measured.Dispose();
        _store.Dispose();
    }

    [Fact]
    public async Task A_message_is_acknowledged_only_when_its_reading_can_be_read_by_another_connection()
    {
        await _store.Host.StartAsync(Cancel);
        var seen = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(Pipeline.TryAccept(new(Reading(_store.Now), 0, default, (_, _) =>
        {
            seen.SetResult(_store.Readings().Count);
            return Task.CompletedTask;
        })));
        Assert.Equal(1, await seen.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel));
    }

    [Fact]
    public async Task Messages_are_acknowledged_in_the_order_of_receipt_whatever_becomes_of_them()
    {
        IncomingMessage[] messages =
        [
            Reading(_store.Now), Raw("{}"), Reading(_store.Now), IncomingMessage.Cleared(new(SensorTopic.Reading("h1", "s1")), _store.Now), Reading(_store.Now, 30), Reading(_store.Now - 1),
        ];
        for (var i = 0; i < 300; i++)
        {
            Accept(messages[i % messages.Length], i);
        }

        await _store.Host.StartAsync(Cancel);
        await Pipeline.DrainAsync(Cancel);
        Assert.Equal(Enumerable.Range(0, 300).Select(i => (long)i), _acknowledged);
        Assert.Equal(2, _store.Readings().Count);
        Assert.Equal(100, _store.Read(c => c.RejectedMessages.Count()));
    }

    [Fact]
    public async Task What_is_accepted_before_the_drain_is_committed_and_acknowledged_when_it_completes()
    {
        await _store.Host.StartAsync(Cancel);
        for (var i = 0; i < 120; i++)
        {
            Accept(Reading(_store.Now + i), i);
        }

        await Pipeline.DrainAsync(Cancel);
        Assert.Equal(120, _acknowledged.Count);
        Assert.Equal(120, _store.Readings().Count);
        Assert.False(Pipeline.TryAccept(new(Reading(_store.Now + 500), 0, default, (_, _) => Task.CompletedTask)));
    }

    [Fact]
    public async Task A_pipeline_without_messages_drains_at_once()
    {
        await _store.Host.StartAsync(Cancel);
        await Pipeline.DrainAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
    }

    [Fact]
    public async Task While_the_store_fails_nothing_is_acknowledged_and_what_comes_gathers_for_one_batch()
    {
        await _store.Host.StartAsync(Cancel);
        using (await FailAsync(Reading(_store.Now)))
        {
            for (var i = 1; i <= 60; i++)
            {
                Accept(Reading(_store.Now + i), i);
            }

            Assert.Empty(_acknowledged);
            Assert.Empty(_store.Readings());
            Assert.Empty(_sink.Published);
        }

        await Eventually.True(() => _acknowledged.Count == 61, MoveClock);
        Assert.Equal(Enumerable.Range(0, 61).Select(i => (long)i), _acknowledged);
        Assert.Equal(61, _store.Readings().Count);
        Assert.Equal([1, 60], _measured.Values("techtemp.ingest.batch.size"));
        Assert.Null(_store.Get<StoreState>().WriteFailure);
    }

    [Fact]
    public async Task A_batch_takes_no_more_messages_than_configured()
    {
        for (var i = 0; i < 230; i++)
        {
            Accept(Reading(_store.Now + i), i);
        }

        await _store.Host.StartAsync(Cancel);
        await Pipeline.DrainAsync(Cancel);
        Assert.Equal([100, 100, 30], _measured.Values("techtemp.ingest.batch.size"));
    }

    [Fact]
    public async Task The_pipeline_is_full_while_as_many_messages_are_in_hand_as_may_be()
    {
        for (var i = 0; i < 149; i++)
        {
            Accept(Reading(_store.Now + i), i);
        }

        Assert.False(Pipeline.IsFull);
        Accept(Reading(_store.Now + 149), 149);
        Assert.True(Pipeline.IsFull);
        await _store.Host.StartAsync(Cancel);
        await Eventually.True(() => !Pipeline.IsFull);
        await Pipeline.DrainAsync(Cancel);
        Assert.Equal(150, _acknowledged.Count);
    }

    [Fact]
    public async Task An_acknowledgement_that_fails_does_not_keep_the_next_from_being_sent()
    {
        Pipeline.TryAccept(new(Reading(_store.Now), 0, default, (_, _) => throw new InvalidOperationException("The connection is gone.")));
        Pipeline.TryAccept(new(Reading(_store.Now + 1), 0, default, (_, _) => Task.FromException(new IOException("The socket is closed."))));
        Accept(Reading(_store.Now + 2), 2);
        await _store.Host.StartAsync(Cancel);
        await Pipeline.DrainAsync(Cancel);
        Assert.Equal([2], _acknowledged);
        Assert.Equal(3, _store.Readings().Count);
    }

    [Fact]
    public async Task A_pipeline_that_stops_while_the_store_fails_acknowledges_nothing()
    {
        await _store.Host.StartAsync(Cancel);
        using (await FailAsync(Reading(_store.Now)))
        {
            await _store.Host.StopAsync(Cancel);
        }

        Assert.Empty(_acknowledged);
        Assert.Empty(_store.Readings());
        Assert.False(Pipeline.TryAccept(new(Reading(_store.Now), 0, default, (_, _) => Task.CompletedTask)));
    }

    [Fact]
    public async Task A_state_is_published_after_the_commit_once_per_device_and_batch()
    {
        var committed = new ConcurrentQueue<bool>();
        _sink.OnPublish = _ => committed.Enqueue(_store.Readings().Count == 3);
        Accept(Reading(_store.Now, 1), 0);
        Accept(Reading(_store.Now + 2, 2), 1);
        Accept(Reading(_store.Now + 1, 3), 2);
        Accept(Reading(_store.Now, 4, device: "s2"), 3);
        await _store.Host.StartAsync(Cancel);
        await Eventually.True(() => _sink.Published.Count == 2);
        Assert.Equal(["home/h1/sensors/s1/state", "home/h1/sensors/s2/state"], _sink.Published.Select(p => p.Topic).Order());
        Assert.Contains($$"""{"ts":{{_store.Now + 2}},"temperature_c":2,"humidity_pct":50,"room":null}""", _sink.Published.Select(p => p.Payload));
        Assert.Equal([true, true], committed);
        // Before the states or after them: both need no more than the commit.
        await Eventually.True(() => _acknowledged.Count == 4);
    }

    /// <summary>Another process holds the write lock until this is disposed; the message has been tried in vain.</summary>
    private async Task<IDisposable> FailAsync(IncomingMessage message)
    {
        var other = _store.Connections.Open();
        other.Execute("BEGIN IMMEDIATE;");
        Accept(message, 0);
        await Eventually.True(() => _store.Get<StoreState>().WriteFailure is not null);
        return new Lock(other);
    }

    private void Accept(IncomingMessage message, long number) => Assert.True(Pipeline.TryAccept(new(message, 0, default, (_, _) =>
    {
        _acknowledged.Enqueue(number);
        return Task.CompletedTask;
    })));

    private void MoveClock() => _store.Time.Advance(TimeSpan.FromMilliseconds(100));

    private sealed class Lock(SqliteConnection connection) : IDisposable
    {
        public void Dispose()
        {
            connection.Execute("ROLLBACK;");
            connection.Dispose();
        }
    }
}
