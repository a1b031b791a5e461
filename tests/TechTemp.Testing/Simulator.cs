using System.Diagnostics;

namespace TechTemp.Testing;

/// <summary>The device program with one simulated device, <see cref="Device"/> in <see cref="SampleReading.Home"/>.</summary>
public static class Simulator
{
    /// <summary>The device.</summary>
    public const string Device = "demo-living-room";

    /// <summary>Starts it; it measures twice a second.</summary>
    /// <param name="broker">The broker's address.</param>
    /// <param name="spool">The folder of its readings.</param>
    /// <param name="settings">Environment variables.</param>
    public static ChildProcess Start(string broker, string spool, params IEnumerable<(string Name, string Value)> settings)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [Repository.Program("clients/TechTemp.Device"), "simulate", "--broker", broker, "--home", SampleReading.Home, "--devices", "1", "--every", "500ms", "--spool", spool])
        {
            WorkingDirectory = spool,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return new(start);
    }
}
