using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.History;

/// <summary>Which quantities the page History offers, and which of them it shows.</summary>
/// <param name="Offered">Those to choose from, in the order of the API.</param>
/// <param name="Shown">The one that is shown; one of these.</param>
public sealed record HistoryMeasures(IReadOnlyList<Quantity> Offered, Quantity Shown)
{
    /// <summary>Offers what was measured. What somebody asked for stays, also where it was not: then the chart says that it is empty.</summary>
    /// <param name="all">Every quantity.</param>
    /// <param name="measured">Those that were measured in the range; empty while that is not known.</param>
    /// <param name="newest">The keys of those that are in the newest readings, for a range in which nothing was measured.</param>
    /// <param name="asked">The key of the one that is asked for; null for the first that was measured. An unknown one is as none.</param>
    public static HistoryMeasures Of(IReadOnlyList<Quantity> all, IReadOnlyList<Quantity> measured, IReadOnlySet<string> newest, string? asked)
    {
        var known = measured.Count > 0 ? measured : [.. all.Where(q => newest.Contains(q.Key))];
        var shown = all.FirstOrDefault(q => q.Key == asked) ?? (known.Count > 0 ? known[0] : all[0]);
        return new([.. all.Where(q => q == shown || known.Contains(q))], shown);
    }
}
