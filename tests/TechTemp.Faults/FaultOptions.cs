using System.CommandLine;
using System.CommandLine.Parsing;

namespace TechTemp.Faults;

/// <summary>What the command line asks for.</summary>
/// <param name="Full">The full counts, for a nightly run, instead of the short form.</param>
/// <param name="Seed">What every random choice comes from.</param>
/// <param name="Only">The rows to run.</param>
internal sealed record FaultOptions(bool Full, int Seed, IReadOnlyList<Fault> Only)
{
    /// <summary>The command line, which runs the table.</summary>
    public static RootCommand CreateCommand()
    {
        var full = new Option<bool>("--full") { Description = "The full counts, for a nightly run. Without it every fault is short, all together a few minutes." };
        var seed = new Option<int?>("--seed") { Description = "The seed that an earlier run printed: the same faults, on the same schedule.", HelpName = "number" };
        var list = new Option<bool>("--list") { Description = "The names of the faults, and what each promises." };
        var only = new Option<IReadOnlyList<Fault>?>("--only")
        {
            Description = "Only these faults, by name, with commas between them.",
            HelpName = "name,name",
            CustomParser = ParseNames,
        };
        var command = new RootCommand("Injects the faults that a home throws at TechTemp, and compares the store with the books of the publishers.") { full, seed, only, list };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(list)
            ? FaultTable.ListAsync()
            : FaultTable.RunAsync(new(parsed.GetValue(full), parsed.GetValue(seed) ?? NewSeed(), parsed.GetValue(only) ?? FaultTable.All), cancellationToken));
        return command;
    }

    private static IReadOnlyList<Fault>? ParseNames(ArgumentResult result)
    {
        var names = result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        var unknown = names.Except(FaultTable.All.Select(f => f.Name)).ToList();
        if (names.Count == 0 || unknown.Count > 0)
        {
            result.AddError($"--only: there is no fault '{string.Join("', '", unknown)}'. The names are: {string.Join(", ", FaultTable.All.Select(f => f.Name))}.");
            return null;
        }

        return [.. FaultTable.All.Where(f => names.Contains(f.Name))];
    }

    private static int NewSeed() => Environment.TickCount & 0xFFFFFF;
}
