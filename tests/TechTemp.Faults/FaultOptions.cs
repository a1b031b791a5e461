using System.CommandLine;
using System.CommandLine.Parsing;

namespace TechTemp.Faults;

/// <summary>What the command line asks for.</summary>
/// <param name="Full">The full counts, for a nightly run, instead of the short form.</param>
/// <param name="Seed">What every random choice comes from.</param>
/// <param name="Store">Where the readings are stored.</param>
/// <param name="Only">The rows to run.</param>
internal sealed record FaultOptions(bool Full, int Seed, Stores Store, IReadOnlyList<Fault> Only)
{
    private const string Sqlite = "sqlite";
    private const string Postgres = "postgres";

    /// <summary>The command line, which runs the table.</summary>
    public static RootCommand CreateCommand()
    {
        var full = new Option<bool>("--full") { Description = "The full counts, for a nightly run. Without it every fault is short, all together a few minutes." };
        var seed = new Option<int?>("--seed") { Description = "The seed that an earlier run printed: the same faults, on the same schedule.", HelpName = "number" };
        var store = new Option<string>("--store")
        {
            Description = "The store: a SQLite file, or a database on a PostgreSQL that the run starts.",
            HelpName = $"{Sqlite}|{Postgres}",
            DefaultValueFactory = _ => Sqlite,
        };
        store.AcceptOnlyFromAmong(Sqlite, Postgres);
        var list = new Option<bool>("--list") { Description = "The names of the faults, the stores on which each runs, and what each promises." };
        var only = new Option<IReadOnlyList<Fault>?>("--only")
        {
            Description = "Only these faults, by name, with commas between them.",
            HelpName = "name,name",
            CustomParser = ParseNames,
        };
        var command = new RootCommand("Injects the faults that a home throws at TechTemp, and compares the store with the books of the publishers.") { full, seed, store, list, only };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(list)
            ? FaultTable.ListAsync()
            : RunAsync(parsed.GetValue(full), parsed.GetValue(seed) ?? NewSeed(), parsed.GetValue(store) == Postgres ? Stores.Postgres : Stores.Sqlite, parsed.GetValue(only), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool full, int seed, Stores store, IReadOnlyList<Fault>? only, CancellationToken cancellationToken)
    {
        var elsewhere = (only ?? []).Where(f => !f.On.HasFlag(store)).Select(f => f.Name).ToList();
        if (elsewhere.Count > 0)
        {
            await Console.Error.WriteLineAsync($"--only: on this store there is no fault '{string.Join("', '", elsewhere)}'.");
            return 1;
        }

        return await FaultTable.RunAsync(new(full, seed, store, only ?? [.. FaultTable.All.Where(f => f.On.HasFlag(store))]), cancellationToken);
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
