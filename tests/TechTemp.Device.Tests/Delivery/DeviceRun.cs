using Microsoft.Extensions.Logging;
using TechTemp.Clients.Device.Sending;
using TechTemp.Clients.Device.Sensors;
using TechTemp.Clients.Device.Settings;
using TechTemp.Clients.Device.Simulation;
using TechTemp.Clients.Device.Spool;

namespace TechTemp.Clients.Device.Tests.Delivery;

/// <summary>A device in this process, with a clock of the test's.</summary>
internal sealed class DeviceRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _run;

    public DeviceRun(DeviceOptions device, BrokerOptions broker, string folder, TimeProvider time)
    {
        Spool = ReadingSpool.Open(folder, 1_000_000, time, Log);
        var sensor = new SimulatedSensor(SimulatedRoom.House(1)[0], new([], 1, time.GetUtcNow()));
        _run = new SensorDevice(device, broker, sensor, Spool, LinkFaults.None, time, Log).RunAsync(_stopping.Token);
    }

    public ReadingSpool Spool { get; }

    public ListLogger Log { get; } = new();

    public static DeviceOptions Device(string id, TimeSpan every, TimeSpan? resendAfter = null, Acknowledgement acknowledgedBy = Acknowledgement.Store) =>
        new() { Id = id, Home = SampleReading.Home, Every = every, ResendAfter = resendAfter ?? TimeSpan.FromSeconds(30), AcknowledgedBy = acknowledgedBy };

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _run;
        Spool.Dispose();
        _stopping.Dispose();
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class ListLogger : ILogger
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add(formatter(state, exception));
        }
    }
}
