namespace TechTemp.AppHost.Development;

/// <summary>The links in Aspire's dashboard.</summary>
internal static class Links
{
    /// <summary>
    /// Adds a link to a path of a host. The link to the root that Aspire adds by itself is removed: most hosts
    /// have nothing there.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithLink(this IResourceBuilder<ProjectResource> host, string path, string text) =>
        host.WithUrls(context =>
        {
            var endpoint = host.GetEndpoint("http");
            context.Urls.RemoveAll(url => url.Endpoint?.EndpointName == endpoint.EndpointName && url.DisplayText is null);
            context.Urls.Add(new() { Url = endpoint.Url + path, DisplayText = text, Endpoint = endpoint });
        });

    /// <summary>Removes the links of a resource that a browser cannot open.</summary>
    public static IResourceBuilder<T> WithoutLinks<T>(this IResourceBuilder<T> resource)
        where T : IResource => resource.WithUrls(context => context.Urls.Clear());
}
