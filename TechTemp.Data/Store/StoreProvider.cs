using Microsoft.Extensions.Hosting;

namespace TechTemp.Data.Store;

/// <summary>A kind of store that a host can have: its connection strings, and the services behind the ports.</summary>
public abstract class StoreProvider
{
    /// <summary>Connection strings of this kind, for messages.</summary>
    public abstract IReadOnlyList<string> Examples { get; }

    /// <summary>Whether a connection string is of this kind.</summary>
    /// <param name="connectionString">As configured; empty when there is none.</param>
    public abstract bool Accepts(string connectionString);

    /// <summary>Adds the options of this kind, which exist whether this store is chosen or another one: one environment may serve several programs.</summary>
    /// <param name="builder">The host.</param>
    public abstract void AddOptions(IHostApplicationBuilder builder);

    /// <summary>Adds the services behind the ports, with what watches the store.</summary>
    /// <param name="builder">The host.</param>
    public abstract void AddServices(IHostApplicationBuilder builder);
}
