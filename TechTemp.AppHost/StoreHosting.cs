namespace TechTemp.AppHost;

/// <summary>The SQLite file that ingest and the API share: both must stand on the same machine and the same volume.</summary>
internal static class StoreHosting
{
    public const string PublishedFolder = "/data";

    public static IResourceBuilder<ConnectionStringResource> AddStore(this IDistributedApplicationBuilder builder, string name)
    {
        var folder = PublishedFolder;
        if (builder.ExecutionContext.IsRunMode)
        {
            folder = Directory.CreateDirectory(Path.Combine(builder.AppHostDirectory, "data")).FullName;
        }

        return builder.AddConnectionString(name, ReferenceExpression.Create($"Data Source={folder}/{name}.db"));
    }
}
