using TechTemp.AppHost.Development;
using TechTemp.AppHost.Postgres;

namespace TechTemp.AppHost;

/// <summary>
/// The store that ingest and the API share. <c>--store sqlite</c>, the default: a file, so both must run on the same machine and use the
/// same volume. <c>--store postgres</c>: a server, and three ingest workers that divide the homes among them.
/// </summary>
internal static class StoreHosting
{
    /// <summary>The folder of the store in an image.</summary>
    public const string PublishedFolder = "/data";

    private const string Option = "store";
    private const int PostgresWorkers = 3;

    /// <summary>Adds the store that <c>--store</c> selects, as a connection string.</summary>
    public static SelectedStore AddStore(this IDistributedApplicationBuilder builder, string name) =>
        builder.Configuration[Option]?.ToLowerInvariant() switch
        {
            null or "" or "sqlite" => builder.AddSqliteStore(name),
            "postgres" => builder.AddPostgresStore(name),
            _ => throw new DistributedApplicationException(
                $"--{Option} is '{builder.Configuration[Option]}'. It must be 'sqlite', which is the default, or 'postgres'."),
        };

    /// <summary>Gives a host the connection string. With PostgreSQL the host starts when the database is healthy.</summary>
    public static IResourceBuilder<ProjectResource> WithStore(this IResourceBuilder<ProjectResource> host, SelectedStore store)
    {
        host.WithReference(store.Connection, ResourceNames.StoreConnection);
        return store.Database is { } database ? host.WaitFor(database) : host;
    }

    /// <summary>
    /// Gives an ingest worker its name, where there are several. The name must stay the same from start to start: the worker's
    /// session at the broker, with the readings that wait in it, belongs to it. The processes of <c>WithReplicas</c> have no such name,
    /// so each worker is a resource of its own.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithWorkerName(this IResourceBuilder<ProjectResource> worker, SelectedStore store) =>
        store.Workers.Count > 1 ? worker.WithEnvironment("Ingest__Worker", worker.Resource.Name) : worker;

    private static SelectedStore AddSqliteStore(this IDistributedApplicationBuilder builder, string name)
    {
        var folder = builder.ExecutionContext.IsRunMode ? builder.DataFolder() : PublishedFolder;
        return new(
            builder.AddConnectionString(name, ReferenceExpression.Create($"Data Source={folder}/techtemp.db")).WithIconName("Database"),
            Database: null,
            [ResourceNames.Ingest]);
    }

    private static SelectedStore AddPostgresStore(this IDistributedApplicationBuilder builder, string name)
    {
        var database = builder.AddPostgres()
            .WithDataVolume(builder.VolumeName(ResourceNames.PostgresData))
            .PublishToCompose()
            .AddDatabase(ResourceNames.StoreConnection);
        return new(
            builder.AddConnectionString(name, database.Resource.ConnectionStringOfHosts(builder.ExecutionContext)).WithIconName("Database"),
            database,
            [.. Enumerable.Range(0, PostgresWorkers).Select(number => $"{ResourceNames.Ingest}-{number}")]);
    }
}
