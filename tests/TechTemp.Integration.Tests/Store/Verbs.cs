namespace TechTemp.Integration.Tests.Store;

/// <summary>A program run with a verb, as an operator runs it.</summary>
internal static class Verbs
{
    /// <summary>Runs it to its end, which must be a success.</summary>
    /// <returns>The one line that it wrote.</returns>
    public static async Task<string> RunAsync(string program, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        await using var process = HostProcess.Start(program, settings, arguments);
        Assert.True(await process.ExitAsync() == 0, process.Error);
        return Assert.Single(process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Runs <c>TechTemp.Ingest verify</c> to its end, which must be a success.</summary>
    /// <returns>The line below its table.</returns>
    public static async Task<string> VerifyAsync(IReadOnlyDictionary<string, string> settings)
    {
        await using var process = HostProcess.Start("TechTemp.Ingest", settings, "verify");
        Assert.True(await process.ExitAsync() == 0, process.Error);
        return process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
    }

    /// <summary>Runs it to its end, which must be exit code 1.</summary>
    /// <returns>The one line that it wrote to standard error.</returns>
    public static async Task<string> FailAsync(string program, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        await using var process = HostProcess.Start(program, settings, arguments);
        Assert.Equal(1, await process.ExitAsync());
        Assert.Empty(process.Output);
        return Assert.Single(process.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
