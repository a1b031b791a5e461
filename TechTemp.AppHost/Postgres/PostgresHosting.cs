using TechTemp.AppHost.Development;

namespace TechTemp.AppHost.Postgres;

/// <summary>Adds a PostgreSQL server to the model.</summary>
internal static class PostgresHosting
{
    public const string Image = "postgres";

    // Pinned here and not by Aspire's package: a server of another major version does not start on the same volume.
    public const string Tag = "18.3";

    public const string User = "postgres";
    public const int UserId = 999;

    /// <summary>The password as a file: of the server, and of the programs. The same text, but a secret file has one owner.</summary>
    public const string PasswordFile = "postgres_password";
    public const string StorePasswordFile = "store_password";

    /// <summary>Adds the server, with the health check of Aspire's package. Its password is generated, and remembered in the user secrets.</summary>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(this IDistributedApplicationBuilder builder)
    {
        var password = builder.AddParameter(
            $"{ResourceNames.Postgres}-password", new GenerateParameterDefault { MinLength = 22, Special = false }, secret: true, persist: true);
        var server = builder.AddPostgres(ResourceNames.Postgres, password: password)
            .WithImageTag(Tag)
            .WithoutLinks();
        password.WithParentRelationship(server);
        return server;
    }

    /// <summary>The connection string of ingest and the API. Published it lacks the password, which the program then has as a file.</summary>
    public static ReferenceExpression ConnectionStringOfHosts(this PostgresDatabaseResource database, DistributedApplicationExecutionContext context) =>
        context.IsRunMode
            ? database.ConnectionStringExpression
            : ReferenceExpression.Create($"Host={database.Parent.Host};Port={database.Parent.Port};Username={User};Database={database.DatabaseName}");
}
