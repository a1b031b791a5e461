namespace TechTemp.Standalone.Page;

/// <summary>The page at <c>/</c>: the latest reading of each room, refreshing itself. A dashboard will take its place.</summary>
internal static class StartPage
{
    public static IEndpointConventionBuilder MapStartPage(this IEndpointRouteBuilder routes)
    {
        using var resource = typeof(StartPage).Assembly.GetManifestResourceStream("index.html")!;
        using var reader = new StreamReader(resource);
        var page = reader.ReadToEnd();
        return routes.MapGet("/", () => TypedResults.Content(page, "text/html; charset=utf-8")).ExcludeFromDescription();
    }
}
