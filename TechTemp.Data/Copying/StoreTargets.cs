using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechTemp.Data.Store;

namespace TechTemp.Data.Copying;

/// <summary>Opens a second store beside the one that is configured, with services of its own. Nothing is started: it only answers calls.</summary>
/// <param name="addStore">Adds a store that is configured.</param>
/// <param name="connectionKey">The setting of its connection string.</param>
/// <param name="connectionName">What messages call this setting.</param>
/// <param name="configuration">The host's. The other store has the same settings, but for its address and its password.</param>
public sealed class StoreTargets(Action<IHostApplicationBuilder> addStore, string connectionKey, string connectionName, IConfiguration configuration)
{
    private const string Section = "Store";

    private static readonly string[] s_ofTheFirst = [$"{Section}:Path", $"{Section}:Password"];

    /// <summary>Opens a store. It is not connected to yet.</summary>
    /// <param name="connectionString">As <c>ConnectionStrings:techtemp</c> has it.</param>
    /// <param name="password">The password, where the connection string has none; null for none.</param>
    /// <returns>The store. The caller disposes it.</returns>
    /// <exception cref="StoreException">The connection string is of no kind of store, or cannot be used.</exception>
    public StoreTarget Open(string connectionString, string? password)
    {
        try
        {
            // An empty one would be the configured file.
            return Open(connectionString.Trim() is { Length: > 0 } given ? given : "-", Settings(password));
        }
        catch (StoreException e)
        {
            throw new StoreException(e.Message.Replace(connectionName, "--to", StringComparison.Ordinal), e);
        }
    }

    private StoreTarget Open(string connectionString, Dictionary<string, string?> settings)
    {
        settings[connectionKey] = connectionString;
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings);
        addStore(builder);
        return new(builder.Services.BuildServiceProvider());
    }

    private Dictionary<string, string?> Settings(string? password)
    {
        var settings = configuration.GetSection(Section).AsEnumerable()
            .Where(setting => setting.Value is not null && !s_ofTheFirst.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            .ToDictionary(setting => setting.Key, setting => setting.Value);
        if (password is not null)
        {
            settings[$"{Section}:Password"] = password;
        }

        return settings;
    }
}

/// <summary>A store that was opened beside the configured one.</summary>
public sealed class StoreTarget : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    internal StoreTarget(ServiceProvider services)
    {
        _services = services;
        try
        {
            Store = services.GetRequiredService<StoreEnd>();
        }
        catch
        {
            services.Dispose();
            throw;
        }
    }

    /// <summary>The store.</summary>
    public StoreEnd Store { get; }

    /// <summary>Its services, for tests.</summary>
    internal IServiceProvider Services => _services;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
