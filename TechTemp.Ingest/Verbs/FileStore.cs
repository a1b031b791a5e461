using TechTemp.Data.Store;

namespace TechTemp.Ingest.Verbs;

/// <summary>What only a store in a SQLite file offers to its operator.</summary>
internal sealed class FileStore(IServiceProvider services)
{
    /// <summary>The service that does it.</summary>
    /// <param name="verb">What the operator asked for.</param>
    /// <param name="instead">What to do where the store is another one, in a sentence.</param>
    /// <exception cref="StoreException">The store is another one.</exception>
    public T Get<T>(string verb, string instead)
        where T : class => services.GetService<T>() ?? throw new StoreException($"'{verb}' needs a store in a SQLite file. {instead}");
}
