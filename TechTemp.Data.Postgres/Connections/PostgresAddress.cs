using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using TechTemp.Data.Store;

namespace TechTemp.Data.Postgres.Connections;

/// <summary>
/// Reads where the database is: <c>Host=…;Database=…;Username=…</c>, with the keywords of Npgsql, or a URI as libpq reads it,
/// <c>postgres://user:password@host:port,host/database?sslmode=verify-full</c>
/// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS).
/// </summary>
internal static partial class PostgresAddress
{
    // Npgsql's keywords for parameters of libpq that have other names there.
    private static readonly Dictionary<string, string> s_parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["passfile"] = "Passfile",
        ["connect_timeout"] = "Timeout",
        ["target_session_attrs"] = "Target Session Attributes",
        ["application_name"] = "Application Name",
        ["options"] = "Options",
    };

    /// <summary>Whether this is the address of a PostgreSQL database, right or wrong.</summary>
    public static bool IsOne(string connectionString) => IsUri(connectionString) || Keyword().IsMatch(connectionString);

    /// <summary>Reads an address.</summary>
    /// <param name="connectionString">One for which <see cref="IsOne"/> holds.</param>
    /// <exception cref="StoreException">It is wrong. The message repeats no value: one of them may be a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = IsUri(connectionString) ? OfUri(connectionString) : new(connectionString);
        }
        // Not Npgsql's message: it may repeat a part of the password.
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException or KeyNotFoundException)
        {
            throw Wrong("a value is not one that its keyword can have, or it has a keyword that does not exist.");
        }

        if (string.IsNullOrEmpty(settings.Host))
        {
            throw Wrong("it names no host.");
        }

        if (string.IsNullOrEmpty(settings.Database))
        {
            throw Wrong("it names no database.");
        }

        return settings;
    }

    private static bool IsUri(string connectionString) =>
        connectionString.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || connectionString.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    private static NpgsqlConnectionStringBuilder OfUri(string uri)
    {
        if (Uri().Match(uri) is not { Success: true } parts)
        {
            throw Wrong("it must be like postgres://user:password@host:5432/database.");
        }

        var settings = new NpgsqlConnectionStringBuilder();
        if (TryGet(parts, "hosts", out var hosts))
        {
            // One port for all of them is a port of each; Npgsql wants them beside each host.
            settings.Host = hosts;
            if (hosts.Split(',') is [var host] && Port().Match(host) is { Success: true } port)
            {
                settings.Host = host[..port.Index];
                settings.Port = int.Parse(port.Groups[1].Value, CultureInfo.InvariantCulture);
            }
        }

        if (TryGet(parts, "user", out var user))
        {
            settings.Username = user;
        }

        if (TryGet(parts, "password", out var password))
        {
            settings.Password = password;
        }

        if (TryGet(parts, "database", out var database))
        {
            settings.Database = database;
        }

        foreach (var parameter in parts.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = parameter.Split('=', 2) is [var before, var after] ? (before, after) : (parameter, "");
            if (!s_parameters.TryGetValue(name, out var keyword))
            {
                throw Wrong($"its parameter '{name}' is none of {string.Join(", ", s_parameters.Keys)}.");
            }

            value = global::System.Uri.UnescapeDataString(value);
            // libpq writes verify-full and read-write, Npgsql reads VerifyFull and read-write.
            settings[keyword] = keyword == "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }

        return settings;
    }

    private static bool TryGet(Match parts, string name, [NotNullWhen(true)] out string? value)
    {
        var group = parts.Groups[name];
        value = group.Success && group.Length > 0 ? global::System.Uri.UnescapeDataString(group.Value) : null;
        return value is not null;
    }

    private static StoreException Wrong(string why) => new($"{StoreHosting.Setting} cannot be used: {why}");

    [GeneratedRegex(@"(^|;)\s*(host|server)\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex Keyword();

    [GeneratedRegex(@"^postgres(?:ql)?://(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?(?<hosts>[^@/?]*)(?:/(?<database>[^?]*))?(?:\?(?<query>.*))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Uri();

    [GeneratedRegex(@":(\d{1,5})$")]
    private static partial Regex Port();
}
