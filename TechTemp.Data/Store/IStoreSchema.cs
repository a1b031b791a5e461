namespace TechTemp.Data.Store;

/// <summary>The schema of a store, which its owner brings to this version and everyone else waits for.</summary>
public interface IStoreSchema
{
    /// <summary>
    /// Whether the store may be unreachable when a process starts, and be there later, as a server may. A file that cannot be opened ends the process at its start.
    /// </summary>
    bool MayBeAway { get; }

    /// <summary>Looks whether the schema is that of this version, without changing it.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when there is no store yet, or one of an earlier version.</returns>
    /// <exception cref="StoreException">It is another program's, is newer than this program, or cannot be read.</exception>
    ValueTask<bool> IsCurrentAsync(CancellationToken cancellationToken);

    /// <summary>Creates what is missing, and runs the migrations that the store lacks. Of several processes one does it, and the others wait for it.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">As for <see cref="IsCurrentAsync"/>, or it cannot be written.</exception>
    ValueTask MigrateAsync(CancellationToken cancellationToken);
}
