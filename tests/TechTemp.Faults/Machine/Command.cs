namespace TechTemp.Faults.Machine;

/// <summary>Programs of the operating system.</summary>
internal static class Command
{
    /// <summary>Runs one.</summary>
    /// <returns>Whether it succeeded.</returns>
    public static async Task<bool> TryAsync(string program, params IEnumerable<string> arguments)
    {
        if (Programs.Find(program) is not { } path)
        {
            return false;
        }

        await using var process = new ChildProcess(path, arguments);
        return await process.ExitAsync() == 0;
    }

    /// <summary>Runs one, which must succeed.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(string program, params IEnumerable<string> arguments)
    {
        await using var process = new ChildProcess(program, arguments);
        if (await process.ExitAsync() != 0)
        {
            throw new InvalidOperationException(process.Describe());
        }

        return process.Output.Trim();
    }
}
