using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TechTemp.Data.Sqlite.Backup;
using TechTemp.Data.Sqlite.Import;
using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.Ingest.Verbs;

/// <summary>What the store's owner does for its operator instead of running.</summary>
public static class StoreVerbs
{
    /// <summary><c>backup</c>, <c>restore</c> and <c>import</c> with a file, <c>rebuild</c> with a device, <c>verify</c>, <c>retire</c> with a worker, <c>copy</c> with another store.</summary>
    public static IReadOnlyList<HostVerb> All { get; } = [Backup(), Restore(), Import(), Rebuild(), Verify(), Retire(), Copy()];

    private static HostVerb Backup()
    {
        var file = new Argument<string>("file") { Description = "The file to make; it must not exist." };
        var command = new Command("backup", "Copies the store into one new file, while it is in use.") { file };
        return HostVerb.Create<FileStore>(command, (store, parsed, _) => Task.FromResult(store.Get<StoreBackup>("backup", "Copy a PostgreSQL database with pg_dump.").Backup(parsed.GetRequiredValue(file))));
    }

    private static HostVerb Restore()
    {
        var file = new Argument<string>("file") { Description = "The backup; it is not changed." };
        var yes = new Option<bool>("--yes") { Description = "Does not ask before it replaces a store; needed without a terminal." };
        var command = new Command("restore", "Replaces the content of the store by that of a backup. Says first what it replaces by what, and keeps the store of before.") { file, yes };
        return HostVerb.Create<FileStore>(
            command,
            (store, parsed, _) => Task.FromResult(new RestoreVerb(store.Get<StoreRestore>("restore", "Restore a PostgreSQL database with pg_restore.")).Run(parsed.GetRequiredValue(file), parsed.GetValue(yes))));
    }

    private static HostVerb Import()
    {
        var file = new Argument<string>("file") { Description = "Its SQLite file; it is only read." };
        var command = new Command("import", "Imports rooms, devices, placements and readings of the Node.js server.") { file };
        return HostVerb.Create<FileStore>(
            command,
            (store, parsed, cancellationToken) => store.Get<OldServerImport>("import", "Import into one, then copy it to PostgreSQL.").ImportAsync(parsed.GetRequiredValue(file), Console.WriteLine, cancellationToken));
    }

    private static HostVerb Rebuild()
    {
        var device = new Argument<string>("device|all") { Description = "The device's id, or all." };
        var from = Time("--from", "The first time of a range, such as 2025-09-10 or 2025-09-10T20:54:45Z; UTC where it names no offset.");
        var to = Time("--to", "The last time of a range.");
        var command = new Command("rebuild", "Writes the pages of readings again, with their sums computed again, while the store is in use.") { device, from, to };
        return HostVerb.Create<PageVerbs>(command, (rebuild, parsed, _) => rebuild.RebuildAsync(parsed.GetRequiredValue(device), parsed.GetValue(from), parsed.GetValue(to)));
    }

    private static HostVerb Verify()
    {
        var command = new Command("verify", "Decodes every page of readings, compares it with what its head says, and prints a table. The store may be in use.");
        return HostVerb.Create<PageVerbs>(command, (pages, _, cancellationToken) => pages.VerifyAsync(cancellationToken));
    }

    private static HostVerb Retire()
    {
        var worker = new Argument<string>("worker") { Description = "Its name, Ingest:Worker." };
        var command = new Command("retire", "Retires one of several workers for good: the others take its homes and fetch what the broker has queued for it.") { worker };
        return HostVerb.Create<WorkerVerbs>(command, (workers, parsed, cancellationToken) => workers.RetireAsync(parsed.GetRequiredValue(worker), cancellationToken));
    }

    private static HostVerb Copy()
    {
        var to = new Option<string>("--to") { Description = "The other store, as in ConnectionStrings:techtemp.", HelpName = "connection string", Required = true };
        var password = new Option<string?>("--password-file") { Description = "A file with the other store's password.", HelpName = "file" };
        var command = new Command("copy", "Makes another store a copy of this one, or brings such a copy up to date, and compares the two. The store may be in use.") { to, password };
        return HostVerb.Create<CopyVerb>(command, (copy, parsed, cancellationToken) => copy.RunAsync(parsed.GetRequiredValue(to), parsed.GetValue(password), cancellationToken));
    }

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = result => ParseTime(name, result),
    };

    private static DateTimeOffset? ParseTime(string name, ArgumentResult result)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        result.AddError($"{name} must be a time such as 2025-09-10 or 2025-09-10T20:54:45Z, was '{text}'.");
        return null;
    }
}
