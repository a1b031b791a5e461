using System.Diagnostics;

namespace TechTemp.Clients.Tests;

/// <summary>A tool run to its end.</summary>
internal static class ToolRun
{
    // Of a machine that does much else.
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);

    /// <summary>Runs a tool that must succeed.</summary>
    /// <returns>What it wrote to standard output.</returns>
    public static Task<string> SucceedAsync(string folder, string program, params IEnumerable<string> arguments) => SucceedAsync(folder, program, [], arguments);

    /// <inheritdoc cref="SucceedAsync(string, string, IEnumerable{string})"/>
    public static async Task<string> SucceedAsync(string folder, string program, IEnumerable<(string Name, string Value)> environment, params IEnumerable<string> arguments)
    {
        var (exitCode, output) = await RunAsync(folder, program, environment, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}:\n{output}");
        return output;
    }

    /// <summary>Runs a tool.</summary>
    /// <returns>The exit code, and what it wrote to standard output and standard error.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string folder, string program, IEnumerable<(string Name, string Value)> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder };
        // Ours are set by the test host; a tool that builds must find its own.
        foreach (var name in new[] { "MSBUILD_EXE_PATH", "MSBuildSDKsPath", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly", "MSBUILDFAILONDRIVEENUMERATINGWILDCARD" })
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["KIOTA_TELEMETRY_OPTOUT"] = "1";
        start.Environment["KIOTA_OFFLINE_ENABLED"] = "true";
        start.Environment["REDOCLY_TELEMETRY"] = "off";
        start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
        start.Environment["NO_COLOR"] = "1";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        await using var process = new ChildProcess(start);
        process.Input.Close();
        var exitCode = await process.ExitAsync(s_deadline);
        return (exitCode, process.Output + process.Error);
    }
}
