using Microsoft.Extensions.Logging;
using TechTemp.Clients.Device.Settings;
using TechTemp.Clients.Device.Spool;

namespace TechTemp.Clients.Device.Sensors;

/// <summary>Measures on the grid of the clock, and puts each reading into the spool. A sensor that cannot be read does not end it: what is kept must be sent all the same.</summary>
internal sealed partial class Sampler(ISensor sensor, ReadingSpool spool, DeviceOptions device, TimeProvider time, ILogger logger)
{
    // A Pi has no clock that runs without power: one that was never set says 1970, or when its image was made.
    private static readonly DateTimeOffset s_clockIsSet = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // The clock may be set while we wait.
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(10);
    private string? _trouble;

    /// <summary>Measures until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await WaitAsync(stopping);
            var now = time.GetUtcNow();
            if (now < s_clockIsSet)
            {
                Say($"the clock says {now:u}; nothing is measured until it is set");
            }
            else
            {
                await MeasureAsync(now, stopping);
            }
        }
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        var due = ClockGrid.After(time.GetUtcNow(), device.Every);
        for (var now = time.GetUtcNow(); now < due; now = time.GetUtcNow())
        {
            var left = TimeSpan.FromMilliseconds(Math.Ceiling((due - now).TotalMilliseconds));
            await Task.Delay(left < s_look ? left : s_look, time, stopping);
            // The clock was set, back or ahead: what is due is another moment.
            var then = time.GetUtcNow();
            if (due - then > device.Every || then - due > device.Every + s_look)
            {
                due = ClockGrid.After(then, device.Every);
            }
        }
    }

    private async Task MeasureAsync(DateTimeOffset now, CancellationToken stopping)
    {
        try
        {
            if (await sensor.MeasureAsync(now, stopping) is { } climate)
            {
                spool.Append(Reading(now, climate));
            }

            if (_trouble is not null)
            {
                LogReadable(logger, device.Id!);
            }

            _trouble = null;
        }
        catch (SensorException e)
        {
            Say(e.Message);
        }
    }

    // To the sensor's own hundredths, and within what a server takes: an offset may lift 99 % above 100.
    private SensorReading Reading(DateTimeOffset at, Climate climate) => new(
        at.ToUnixTimeMilliseconds(),
        Math.Round(Math.Clamp(climate.Temperature + device.TemperatureOffset, -40, 85), 2),
        Math.Round(Math.Clamp(climate.Humidity + device.HumidityOffset, 0, 100), 2));

    // Once for each trouble; it would otherwise come with every reading.
    private void Say(string trouble)
    {
        if (_trouble is null)
        {
            LogTrouble(logger, device.Id!, trouble);
        }

        _trouble = trouble;
    }

    [LoggerMessage(30, LogLevel.Error, "{Device}: no reading: {Trouble}")]
    private static partial void LogTrouble(ILogger logger, string device, string trouble);

    [LoggerMessage(31, LogLevel.Information, "{Device}: the sensor can be read again")]
    private static partial void LogReadable(ILogger logger, string device);
}
