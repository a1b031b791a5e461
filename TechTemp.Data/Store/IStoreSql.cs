namespace TechTemp.Data.Store;

/// <summary>The store, for ordinary SQL. Each statement is a transaction of its own. Thread-safe.</summary>
public interface IStoreSql : IStoreStatements
{
    /// <summary>Which store it is, for people: the path of its file, or its database and server. Without credentials.</summary>
    string Name { get; }

    /// <summary>The store's name in spans, by OpenTelemetry's conventions: <c>db.system.name</c>.</summary>
    string System { get; }

    /// <summary>The SQL expression of the store's present time, unix milliseconds UTC. Processes on several machines compare times by this one clock.</summary>
    string Now { get; }

    /// <summary>
    /// Begins a transaction that writes. On SQLite nobody else writes until it ends. On a server others may write: each statement sees what was committed before the statement began.
    /// A change therefore repeats in its WHERE what it relies on.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The transaction. The caller disposes it.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask<IStoreSqlTransaction> BeginAsync(CancellationToken cancellationToken);
}
