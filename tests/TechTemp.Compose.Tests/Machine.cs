using System.Diagnostics;

namespace TechTemp.Compose.Tests;

/// <summary>What this machine has, and programs run on it.</summary>
internal static class Machine
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(15);

    /// <summary>Skips the test where the machine lacks something; in CI, which has everything, that is a failure.</summary>
    public static void Require(bool condition, string what)
    {
        Assert.False(!condition && Environment.GetEnvironmentVariable("CI") is { Length: > 0 }, $"CI must have this: {what}");
        Assert.SkipUnless(condition, what);
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Outcome> RunAsync(string program, IEnumerable<string> arguments, string? input = null, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Repository.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading.
        }

        using var timeout = new CancellationTokenSource(s_deadline);
        await process.WaitForExitAsync(timeout.Token);
        return new($"{Path.GetFileName(program)} {string.Join(' ', start.ArgumentList)}", process.ExitCode, await output, await error);
    }
}

/// <summary>How a program ended.</summary>
internal sealed record Outcome(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Fails the test when the program failed.</summary>
    public Outcome Succeeded()
    {
        Assert.True(ExitCode == 0, ToString());
        return this;
    }

    public override string ToString() => $"{Command}\nexit code {ExitCode}\n{Output}\n{Error}";
}
