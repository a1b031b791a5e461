using System.Diagnostics;
using System.Globalization;

namespace TechTemp.Clients.Device.Tests;

/// <summary>The device program as a process, with settings from the environment and none of the machine's own.</summary>
internal static class DeviceProcess
{
    /// <summary>The device of <see cref="Simulate"/>.</summary>
    public const string Simulated = "demo-living-room";

    /// <summary>The program, built in the configuration of the tests.</summary>
    public static string Program { get; } = Repository.File("clients", "TechTemp.Device", "bin", Repository.Configuration, "net10.0", "TechTemp.Device.dll");

    /// <summary>Starts it.</summary>
    public static ChildProcess Start(IEnumerable<string> arguments, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Program, .. arguments])
        {
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MQTT_", StringComparison.Ordinal) || k.Contains("__", StringComparison.Ordinal) || k == "LOG_LEVEL").ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return new(start);
    }

    /// <summary>Starts one simulated device, <c>demo-living-room</c> in <see cref="SampleReading.Home"/>.</summary>
    public static ChildProcess Simulate(string broker, string spool, int everyMs, params string[] arguments) => Start(
    [
        "simulate", "--broker", broker, "--home", SampleReading.Home, "--devices", "1", "--spool", spool,
        "--every", string.Create(CultureInfo.InvariantCulture, $"{everyMs}ms"), .. arguments,
    ]);
}
