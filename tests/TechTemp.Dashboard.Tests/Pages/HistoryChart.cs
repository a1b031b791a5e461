using System.Globalization;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>The chart of the page History, as a test sees it.</summary>
internal static class HistoryChart
{
    public const string Selector = "[data-chart]";

    public static async Task DrawnAsync(Visit visit, string bucket, int series)
    {
        await visit.Page.Locator($"{Selector}[data-bucket='{bucket}'][data-series='{series}']").WaitForAsync();
        await Assertions.Expect(visit.Page.Locator($"{Selector}.busy")).ToHaveCountAsync(0);
    }

    public static async Task<(double From, double To)> RangeAsync(Visit visit)
    {
        var range = await visit.Page.EvaluateAsync<double[]>("(e => [+e.from, +e.to])(document.querySelector('[data-chart]').dataset)");
        return (range[0], range[1]);
    }

    // What was fetched last is what the address says.
    public static Task RestsAsync(Visit visit, string address) => Eventually.TrueAsync(
        async () => visit.Page.Url == address && await RangeAsync(visit) is var (from, to)
            && address.Contains(DateTimeOffset.FromUnixTimeMilliseconds((long)from).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            && address.Contains(DateTimeOffset.FromUnixTimeMilliseconds((long)to).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture), StringComparison.Ordinal),
        "the chart shows what the address says");

    // Pixels that are coloured, neither grey nor clear.
    public static Task<int> InkAsync(Visit visit) => visit.Page.EvaluateAsync<int>(
        "(c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0; for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200 && Math.max(d[i], d[i + 1], d[i + 2]) - Math.min(d[i], d[i + 1], d[i + 2]) > 60) n++; return n; })(document.querySelector('.plot canvas'))");
}
