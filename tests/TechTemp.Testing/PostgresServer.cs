using System.Globalization;

namespace TechTemp.Testing;

/// <summary>
/// One PostgreSQL for all tests of a run whose stacks use it instead of a SQLite file: with <c>TECHTEMP_TEST_STORE=postgres</c> in the environment.
/// Each stack has a database of its own. Tests for which that makes sense have the trait <c>Store=any</c>.
/// </summary>
public static class PostgresServer
{
    private static readonly Lazy<Task<PostgresProcess>> s_server = new(() => PostgresProcess.StartAsync());
    private static int s_databases;

    /// <summary>Whether stacks use it.</summary>
    public static bool IsUsed { get; } = Environment.GetEnvironmentVariable("TECHTEMP_TEST_STORE") == "postgres";

    /// <summary>Adds a new, empty database to the settings of a host, where it is used.</summary>
    public static async Task AddToAsync(Dictionary<string, string> settings)
    {
        if (IsUsed && !settings.ContainsKey("DB_URL"))
        {
            var server = await s_server.Value;
            var database = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref s_databases)}");
            settings["DB_URL"] = await server.CreateDatabaseAsync(database);
        }
    }

    /// <summary>Runs SQL in the database of a host.</summary>
    public static async Task ExecuteAsync(IReadOnlyDictionary<string, string> settings, string sql)
    {
        var database = settings["DB_URL"].Split(';').Select(part => part.Split('=')).First(part => part[0] == "Database")[1];
        await (await s_server.Value).QueryAsync(database, sql);
    }

    /// <summary>Stops it, if it runs.</summary>
    public static ValueTask StopAsync() =>
        s_server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? s_server.Value.GetAwaiter().GetResult().DisposeAsync() : ValueTask.CompletedTask;
}
