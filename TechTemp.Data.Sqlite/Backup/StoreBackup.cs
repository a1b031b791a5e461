using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Backup;

/// <summary>Copies the store into a file while it is in use.</summary>
public sealed class StoreBackup(StoreConnections connections, Lazy<IDbContextFactory<TechTempContext>> contexts, TimeProvider time, ILogger<StoreSchema> logger)
{
    private readonly StoreConnections _store = connections.Unpooled(connections.Path);
    private readonly StoreVerification _verification = new(contexts, logger);

    /// <summary>
    /// Writes the store as it is at one moment into a single new file, which is checked and on disk before it gets its
    /// name. Only this user can read it. Other processes may read and write meanwhile.
    /// </summary>
    /// <param name="file">The file to make, in a folder that is there.</param>
    /// <returns>What was done, in one line.</returns>
    /// <exception cref="StoreException">There is no backup, and nothing was left behind; the message says why.</exception>
    public string Backup(string file)
    {
        var start = time.GetTimestamp();
        var target = Path.GetFullPath(file);
        if (Path.Exists(target))
        {
            throw new StoreException($"'{target}' exists already, and a backup overwrites nothing. Name a new file.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(target)))
        {
            throw new StoreException($"The folder of '{target}' does not exist. Make it, or name another file.");
        }

        if (_verification.Schema(_store).Inspect() == SchemaState.Missing)
        {
            throw new StoreException($"There is no store at '{_store.Path}'. DB_PATH names the store's file.");
        }

        var partial = _store.Unpooled($"{target}.partial-{Guid.NewGuid():N}");
        return StoreVerification.Use($"The backup '{target}' cannot be written", partial.Path, () =>
        {
            using (var source = _store.Open())
            {
                StoreCopy.Write(source, partial);
            }

            var content = _verification.Verify(partial, target, StoreContent.Of);
            StoreFiles.Sync(partial.Path);
            File.Move(partial.Path, target);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Backed up {content.Readings:N0} readings into '{target}' ({new FileInfo(target).Length / 1e6:N1} MB) in {time.GetElapsedTime(start).TotalSeconds:N1} s.");
        });
    }
}
