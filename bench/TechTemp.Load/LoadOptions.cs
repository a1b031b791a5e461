using System.CommandLine;
using TechTemp.Load.Rows;

namespace TechTemp.Load;

/// <summary>What the command line asks for.</summary>
/// <param name="IsShort">Small counts, to see that it runs.</param>
/// <param name="Rounds">How often each measurement is made; its median counts.</param>
/// <param name="Only">The rows to measure.</param>
internal sealed record LoadOptions(bool IsShort, int Rounds, IReadOnlyList<string> Only)
{
    /// <summary>The rows by name, in the order of the table.</summary>
    public static readonly IReadOnlyDictionary<string, Func<LoadRun, Task>> Rows = new Dictionary<string, Func<LoadRun, Task>>
    {
        ["burst"] = BurstRow.MeasureAsync,
        ["drain"] = DrainRow.MeasureAsync,
        ["stores"] = StoresRow.MeasureAsync,
        ["workers"] = WorkersRow.MeasureAsync,
        ["bytes"] = BytesRow.MeasureAsync,
        ["visible"] = VisibleRow.MeasureAsync,
        ["http"] = HttpRows.MeasureAsync,
        ["memory"] = MemoryRows.MeasureAsync,
        ["start"] = StartRows.MeasureAsync,
    };

    /// <summary>The command line, which measures.</summary>
    public static RootCommand CreateCommand()
    {
        var isShort = new Option<bool>("--short") { Description = "Small counts, to see that it runs." };
        var rounds = new Option<int?>("--rounds") { Description = "How often each measurement is made (5); its median counts.", HelpName = "number" };
        var only = new Option<string[]>("--only") { Description = $"Only these rows: {string.Join(", ", Rows.Keys)}.", HelpName = "row", AllowMultipleArgumentsPerToken = true };
        only.AcceptOnlyFromAmong([.. Rows.Keys]);
        var command = new RootCommand("Drives TechTemp over a real Mosquitto, and prints how it compares with the bare parts that it is made of.") { isShort, rounds, only };
        command.SetAction(async (parsed, _) =>
        {
            var options = new LoadOptions(
                parsed.GetValue(isShort),
                parsed.GetValue(rounds) ?? (parsed.GetValue(isShort) ? 1 : 5),
                parsed.GetValue(only) is { Length: > 0 } names ? names : [.. Rows.Keys]);
            await using var run = new LoadRun(options);
            await run.MeasureAsync();
        });
        return command;
    }
}
