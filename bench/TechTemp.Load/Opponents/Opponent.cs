using System.Diagnostics;
using System.Globalization;

namespace TechTemp.Load.Opponents;

/// <summary>This program once more, as a process of its own with the runtime settings of the host that it is compared with.</summary>
internal static class Opponent
{
    /// <summary>What it writes when it can be measured.</summary>
    public const string Ready = "ready";

    /// <summary>Starts it, and waits until it is ready.</summary>
    /// <param name="host">The host whose runtime settings it has.</param>
    /// <param name="arguments">Its verb first.</param>
    public static async Task<ChildProcess> StartAsync(string host, params IEnumerable<string> arguments)
    {
        var settings = Path.ChangeExtension(Repository.Program(host), ".runtimeconfig.json");
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", "--runtimeconfig", settings, typeof(Opponent).Assembly.Location, .. arguments]);
        var process = new ChildProcess(start);
        await Eventually.TrueAsync(
            () => process.HasExited ? throw new InvalidOperationException(process.Describe()) : process.Output.StartsWith(Ready, StringComparison.Ordinal),
            string.Create(CultureInfo.InvariantCulture, $"process {process.Id} is ready"));
        return process;
    }
}
