using System.Data.Common;

namespace TechTemp.Data.Store;

/// <summary>
/// Runs SQL that every provider understands. It serves rare reads and writes of hosts, for which EF Core would be loaded only now. A failure of the store is always a <see cref="StoreException"/>.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>A parameter is <c>@name</c> in the SQL. Its value is text, a number, a boolean or bytes.</item>
/// <item>A parameter that may be null needs a type where no column gives it one: <c>CAST(@home AS text) IS NULL</c>. So does a computed number: <c>CAST(sum(count) AS bigint)</c>.</item>
/// <item>Providers store booleans differently. Conditions are <c>WHERE is_held</c>, rows are read with <c>GetBoolean</c>.</item>
/// <item>A partial index has its provider's condition. <c>is_held = @held</c> uses it on each: both plan with the value of the parameter.</item>
/// </list>
/// </remarks>
public interface IStoreStatements
{
    /// <summary>Runs a statement.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="parameters">Its parameters, each name without the <c>@</c>.</param>
    /// <returns>How many rows it inserted, changed or deleted.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters);

    /// <summary>Runs a statement for its rows.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="read">Reads the row that the reader is at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="parameters">Its parameters, each name without the <c>@</c>.</param>
    /// <returns>What was read, all of it: the statement bounds it.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    ValueTask<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters);
}
