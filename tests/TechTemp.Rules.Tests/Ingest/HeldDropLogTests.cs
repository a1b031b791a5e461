using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TechTemp.Data.Readings;
using TechTemp.Ingest;
using TechTemp.Ingest.Pipeline;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Ingest;

/// <summary>Held readings beyond a device's quota are dropped: each is counted, and the log names the device without a line for each.</summary>
public sealed class HeldDropLogTests : IAsyncDisposable
{
    private readonly Warnings _log = new();
    private readonly TestStore _store;
    private readonly Measured _measured;
    private int _sent;
    private int _acknowledged;

    public HeldDropLogTests()
    {
        _store = new(
            builder =>
            {
                builder.AddIngestPipeline();
                builder.Services.AddSingleton<IStateSink>(new RecordingSink());
                builder.Logging.AddProvider(_log);
            },
            ("Ingest:UnknownDevices", "Hold"), ("Retention:HeldPerDevice", "2"));
        _measured = new(_store.Get<IMeterFactory>());
    }

    public async ValueTask DisposeAsync()
    {
        await _store.Host.StopAsync(CancellationToken.None);
        _measured.Dispose();
        _store.Dispose();
    }

    [Fact]
    public async Task The_first_drop_of_a_device_is_logged_at_once_and_further_ones_together_once_a_minute()
    {
        await _store.Host.StartAsync(TestContext.Current.CancellationToken);
        await SendAsync("s1", 2);
        Assert.Equal((0, 0d), (_log.Lines.Count, Dropped));

        await SendAsync("s1", 1);
        Assert.Equal(["Dropped 1 held readings of s1 in home h1"], Logged());
        await SendAsync("s1", 2);
        _store.Time.Advance(TimeSpan.FromSeconds(59));
        await SendAsync("s1", 1);
        Assert.Single(_log.Lines);
        Assert.Equal(4, Dropped);

        await SendAsync("s2", 3);
        _store.Time.Advance(TimeSpan.FromSeconds(1));
        await SendAsync("s1", 1);
        Assert.Equal(
            ["Dropped 1 held readings of s1 in home h1", "Dropped 1 held readings of s2 in home h1", "Dropped 4 held readings of s1 in home h1"],
            Logged());
        Assert.All(_log.Lines, line => Assert.Contains("Retention:HeldPerDevice", line, StringComparison.Ordinal));
        Assert.Equal(6, Dropped);
    }

    private double Dropped => _measured.Sum("techtemp.held.dropped");

    private IEnumerable<string> Logged() => _log.Lines.Select(line => line.Split(',')[0]);

    // Each in a batch of its own.
    private async Task SendAsync(string device, int readings)
    {
        for (var i = 0; i < readings; i++)
        {
            var message = Reading(_store.Now + ++_sent, device: device, receivedAt: _store.Now);
            Assert.True(_store.Get<IngestPipeline>().TryAccept(new(message, 0, default, (_, _) =>
            {
                Interlocked.Increment(ref _acknowledged);
                return Task.CompletedTask;
            })));
            await Eventually.True(() => _acknowledged == _sent);
        }
    }

    private sealed class Warnings : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Lines.Enqueue(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
