using TechTemp.AppHost.Development;

namespace TechTemp.AppHost;

/// <summary>The SQLite file that ingest and the API share: both must run on the same machine and use the same volume.</summary>
internal static class StoreHosting
{
    /// <summary>The folder of the store in an image.</summary>
    public const string PublishedFolder = "/data";

    /// <summary>Adds the store as a connection string.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddStore(this IDistributedApplicationBuilder builder, string name)
    {
        var folder = builder.ExecutionContext.IsRunMode ? builder.DataFolder() : PublishedFolder;
        return builder.AddConnectionString(name, ReferenceExpression.Create($"Data Source={folder}/techtemp.db")).WithIconName("Database");
    }
}
