using System.ComponentModel;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>What the connection string of a PostgreSQL store leaves out.</summary>
public sealed class PostgresOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Store";

    /// <summary>The password; null for none, or for the one in the connection string. Never logged.</summary>
    [Description("The password of the database's user, where the connection string has none. `DB_PASSWORD` is the short form, which may be a file of that name in `/run/secrets`.")]
    public string? Password { get; set; }
}
