namespace TechTemp.Load.Rows;

/// <summary>The routes that dashboards ask all day.</summary>
internal static class HotRoutes
{
    /// <summary>The newest reading of each device.</summary>
    public const string Latest = "/api/v1/readings/latest";

    /// <summary>A year chart, a point for each local day.</summary>
    public static readonly string YearChart = $"/api/v1/devices/{Site.Uid(5)}/readings?bucket=day&tz=Europe/Brussels";

    /// <summary>The largest page.</summary>
    public static readonly string LargePage = $"/api/v1/devices/{Site.Uid(5)}/readings?limit=10000";

    /// <summary>What each is called in the table, and its path.</summary>
    public static readonly IReadOnlyList<(string Name, string Path)> All =
    [
        ("/health", "/health"),
        ("latest of 20 devices", Latest),
        ("device readings, limit 10", $"/api/v1/devices/{Site.Uid(5)}/readings?limit=10"),
        ("device readings, limit 10,000", LargePage),
        ("device, a year of days, UTC", $"/api/v1/devices/{Site.Uid(5)}/readings?bucket=day"),
        ("room, a year of days, UTC", "/api/v1/rooms/salon/readings?bucket=day"),
    ];
}
