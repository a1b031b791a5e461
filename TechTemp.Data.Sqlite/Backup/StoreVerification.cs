using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Schema;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Backup;

/// <summary>Checks a copy of a store before anybody relies on it.</summary>
/// <param name="contexts">For the migrations.</param>
/// <param name="logger">Hears of a copy that is brought to this version's schema.</param>
internal sealed class StoreVerification(Lazy<IDbContextFactory<TechTempContext>> contexts, ILogger<StoreSchema> logger)
{
    /// <summary>Checks that a copy is a store of this version or an older one, whole, with the schema that its version has.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="name">What it is a copy of, for messages.</param>
    /// <param name="use">Used when it is.</param>
    /// <exception cref="StoreException">It is not; the message says why.</exception>
    public T Verify<T>(StoreConnections copy, string name, Func<SqliteConnection, T> use)
    {
        if (Schema(copy, name).Inspect() == SchemaState.Missing)
        {
            throw new StoreException($"'{name}' is empty: there is no store in it.");
        }

        using var connection = copy.Open();
        var finding = connection.ScalarText("PRAGMA integrity_check(1);");
        return finding == "ok" ? use(connection) : throw new StoreException($"'{name}' is damaged: {finding.ReplaceLineEndings(" ")}.");
    }

    /// <summary>Checks a copy, brings it to this version's schema, and checks what is stored in it.</summary>
    /// <inheritdoc cref="Verify" path="/param|/exception"/>
    /// <returns>How much there is in it.</returns>
    public StoreContent Prepare(StoreConnections copy, string name)
    {
        Verify(copy, name, _ => 0);
        Schema(copy, name).Migrate();
        using var connection = copy.Open();
        return StoreContent.FindWrong(connection) is { } wrong
            ? throw new StoreException($"'{name}' has content that TechTemp never stores: {wrong}. Name another file.")
            : StoreContent.Of(connection);
    }

    /// <summary>The schema of a store, or of a copy with the name of what it is a copy of.</summary>
    public StoreSchema Schema(StoreConnections store, string? name = null) =>
        name is null ? new(store, contexts, logger) : new(store, contexts, logger) { Name = name, Advice = "Name another file" };

    /// <summary>Does something with a temporary copy, which is deleted in the end, and explains what fails.</summary>
    /// <exception cref="StoreException">It failed.</exception>
    public static T Use<T>(string failing, string temporary, Func<T> use)
    {
        try
        {
            return use();
        }
        catch (Exception e) when (e is SqliteStoreException or IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"{failing}: {e.Message}", e);
        }
        finally
        {
            StoreFiles.Delete(temporary);
        }
    }
}
