using System.CommandLine;

namespace TechTemp.History;

/// <summary>The command line's options.</summary>
/// <param name="IsShort">Some days of readings, to see that it runs.</param>
/// <param name="IsPostgres">Whether the year is in a PostgreSQL database, of a server that runs for it.</param>
internal sealed record HistoryOptions(bool IsShort, bool IsPostgres)
{
    private const string Postgres = "postgres";

    /// <summary>The groups of rows by name, in the order of the table.</summary>
    private static readonly Dictionary<string, Func<HistoryOptions, Table, Task>> s_groups = new()
    {
        ["year"] = YearRows.MeasureAsync,
        ["dense"] = DenseRows.MeasureAsync,
        ["jitter"] = JitterRows.MeasureAsync,
    };

    /// <summary>The command line, which measures.</summary>
    public static RootCommand CreateCommand()
    {
        var isShort = new Option<bool>("--short") { Description = "Some days of readings, to see that it runs." };
        var only = new Option<string[]>("--only") { Description = $"Only these groups: {string.Join(", ", s_groups.Keys)}.", HelpName = "group", AllowMultipleArgumentsPerToken = true };
        only.AcceptOnlyFromAmong([.. s_groups.Keys]);
        var store = new Option<string>("--store") { Description = "The store of the year: sqlite, or postgres for that group alone.", HelpName = "store", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong("sqlite", Postgres);
        var command = new RootCommand("Asks stores with a long history, and prints how long each answer takes and how many bytes a reading has.") { isShort, only, store };
        command.SetAction(async (parsed, _) =>
        {
            var (options, table) = (new HistoryOptions(parsed.GetValue(isShort), parsed.GetValue(store) == Postgres), new Table());
            var chosen = options.IsPostgres ? ["year"] : parsed.GetValue(only) is { Length: > 0 } names ? names : [.. s_groups.Keys];
            foreach (var (_, measure) in s_groups.Where(g => chosen.Contains(g.Key)))
            {
                await measure(options, table);
            }

            table.Print();
        });
        return command;
    }
}
