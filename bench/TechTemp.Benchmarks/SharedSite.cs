namespace TechTemp.Benchmarks;

/// <summary>One store with a year of readings of twenty devices, for all benchmarks that read.</summary>
internal static class SharedSite
{
    private static readonly Lazy<Task<Site>> s_site = new(() => Site.CreateAsync(devices: 20, Days));

    /// <summary>How many days of readings.</summary>
    public static int Days { get; set; } = 365;

    /// <summary>Made when it is asked for first.</summary>
    public static Task<Site> GetAsync() => s_site.Value;

    /// <summary>Removes it.</summary>
    public static void Dispose()
    {
        if (s_site is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } site })
        {
            site.GetAwaiter().GetResult().Dispose();
        }
    }
}
