namespace TechTemp.ServiceDefaults.Hosting;

internal static class CommandLine
{
    private static readonly string[] s_switches = ["--lan", "--demo", "--healthcheck"];

    /// <summary>Gives a switch the value that configuration wants: without it, "--lan --demo" would set lan to "--demo".</summary>
    public static string[] Normalize(IEnumerable<string> args) =>
        [.. args.Select(arg => s_switches.Contains(arg) ? arg + "=true" : arg)];
}
