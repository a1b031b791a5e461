using System.Globalization;
using TechTemp.Clients.Device.Sensors;
using TechTemp.Clients.Device.Settings;

namespace TechTemp.Clients.Device.Commands;

/// <summary>Reads the sensor once, for whoever has just wired it.</summary>
internal static class SensorCheck
{
    /// <summary>Prints what it says.</summary>
    /// <returns>The exit code: 1 where it cannot be read.</returns>
    public static async Task<int> RunAsync(string? file, CancellationToken stopping)
    {
        try
        {
            using var sensor = DeviceHost.Sensor(DeviceConfiguration.Read(file).Get<SensorOptions>(SensorOptions.Section));
            var climate = await sensor.MeasureAsync(TimeProvider.System.GetUtcNow(), stopping);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{climate?.Temperature:0.00} °C, {climate?.Humidity:0.00} % RH"));
            return 0;
        }
        catch (SensorException e)
        {
            Console.Error.WriteLine($"No reading: {e.Message}");
            return 1;
        }
        catch (Exception e)
        {
            return DeviceHost.Fail(e);
        }
    }
}
