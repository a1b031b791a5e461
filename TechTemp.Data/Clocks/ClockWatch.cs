using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;

namespace TechTemp.Data.Clocks;

/// <summary>Compares the clocks every ten seconds, and logs which ones are wrong: each device once, for as long as it is ahead.</summary>
public sealed partial class ClockWatch(ClockQueries queries, ReadingClock clock, StoreState state, TimeProvider time, ILogger<ClockWatch> logger) : BackgroundService
{
    // Of more devices than that it is the number that matters.
    private const int MostNamed = 100;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private HashSet<string> _named = [];
    private volatile ClockReport _report = ClockReport.None;

    /// <summary>The last report.</summary>
    public ClockReport Report => _report;

    /// <summary>Looks once.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var report = await queries.ReadAsync(cancellationToken);
            clock.Set(report.IsBehind ? report.Now + (long)report.Behind.TotalMilliseconds : null);
            LogServer(report, wasBehind: _report.IsBehind);
            LogDevices(report);
            _report = report;
        }
        catch (StoreException)
        {
            // A store that fails is for those who use it to report.
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.WaitAsync(stoppingToken);
        for (; ; await Task.Delay(s_interval, time, stoppingToken))
        {
            await LookAsync(stoppingToken);
        }
    }

    private void LogServer(ClockReport report, bool wasBehind)
    {
        if (report.IsBehind && !wasBehind)
        {
            LogBehind(logger, DateTimeOffset.FromUnixTimeMilliseconds(report.Now), report.Behind, report.Ahead.Count);
        }
        else if (wasBehind && !report.IsBehind)
        {
            LogRight(logger, DateTimeOffset.FromUnixTimeMilliseconds(report.Now));
        }
    }

    private void LogDevices(ClockReport report)
    {
        // Where this machine is behind, its devices are right.
        var ahead = report.IsBehind ? [] : report.Ahead.Take(MostNamed).ToList();
        foreach (var device in ahead.Where(d => !_named.Contains(d.DeviceUid)))
        {
            var ts = DateTimeOffset.FromUnixTimeMilliseconds(device.Ts);
            if (device.IsHeld)
            {
                LogHeld(logger, device.DeviceUid, ts);
            }
            else
            {
                LogAhead(logger, device.DeviceUid, ts);
            }
        }

        _named = [.. ahead.Select(d => d.DeviceUid)];
    }

    [LoggerMessage(64, LogLevel.Warning, "This machine's clock ({Now:u}) seems to be behind by {Behind}: the readings of {Count} devices are dated later. Those that are more than 24 hours ahead are held until it is right")]
    private static partial void LogBehind(ILogger logger, DateTimeOffset now, TimeSpan behind, int count);

    [LoggerMessage(65, LogLevel.Information, "This machine's clock ({Now:u}) is no longer behind its devices")]
    private static partial void LogRight(ILogger logger, DateTimeOffset now);

    [LoggerMessage(66, LogLevel.Warning, "The clock of device {Device} is ahead, or this machine's is behind: a reading of it is dated {Ts:u}. Such readings are held until then")]
    private static partial void LogHeld(ILogger logger, string device, DateTimeOffset ts);

    [LoggerMessage(67, LogLevel.Warning, "The clock of device {Device} is ahead: a reading of it is dated {Ts:u}. Until then an earlier one is shown as its latest")]
    private static partial void LogAhead(ILogger logger, string device, DateTimeOffset ts);
}
