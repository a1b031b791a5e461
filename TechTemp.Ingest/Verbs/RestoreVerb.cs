using TechTemp.Data.Sqlite.Backup;
using TechTemp.Data.Store;

namespace TechTemp.Ingest.Verbs;

/// <summary>
/// Puts a backup in the place of the store: <c>restore file</c>. Says what it would replace and asks first; with <c>--yes</c> it does not
/// ask, and without a terminal, where nobody can answer, it needs that.
/// </summary>
internal sealed class RestoreVerb(StoreRestore restore)
{
    /// <summary>Does it.</summary>
    /// <param name="file">The backup.</param>
    /// <param name="yes">Whether the answer is yes already.</param>
    /// <returns>What was done, in one line.</returns>
    /// <exception cref="StoreException">Nothing was replaced; the message says why.</exception>
    public string Run(string file, bool yes) => restore.Restore(file, plan =>
    {
        if (!yes && Console.IsInputRedirected)
        {
            throw new StoreException($"{plan} Without a terminal 'restore' needs --yes. Nothing was replaced.");
        }

        Console.Error.WriteLine(plan);
        if (yes)
        {
            return true;
        }

        Console.Error.Write("Replace it? Type yes: ");
        return Console.ReadLine()?.Trim() == "yes";
    });
}
