namespace TechTemp.Data.Store;

/// <summary>
/// The numbers that a store gives to new rows of a table with a column <c>id</c>. A number is never given twice, also when its row is deleted.
/// </summary>
public interface IStoreSequences
{
    /// <summary>The last number that was given.</summary>
    /// <param name="table">The table.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>0 where none was.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask<long> LastAsync(string table, CancellationToken cancellationToken);

    /// <summary>Makes the next number greater than one that is used already. It never makes it less.</summary>
    /// <param name="table">The table.</param>
    /// <param name="last">The number.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask RaiseAsync(string table, long last, CancellationToken cancellationToken);
}
