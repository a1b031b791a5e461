using Microsoft.Net.Http.Headers;

namespace TechTemp.Api.Http;

/// <summary>Chooses the form of an answer by the request's <c>Accept</c> (RFC 9110, section 12.5.1).</summary>
internal static class ContentTypes
{
    /// <summary>
    /// The offer that the client likes best; of equals what it names, before what only a wildcard covers, and then the first.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="offers">What there is, our own favourite first: it is also for whoever accepts everything, says nothing or nothing readable.</param>
    /// <returns>The index of the offer; null when none is acceptable.</returns>
    public static int? Choose(HttpRequest request, params ReadOnlySpan<string> offers)
    {
        if (request.Headers.Accept.Count == 0)
        {
            return 0;
        }

        var ranges = request.GetTypedHeaders().Accept;
        if (ranges.Count == 0)
        {
            return 0;
        }

        int? chosen = null;
        var best = (Quality: 0.0, Exactness: 0);
        for (var i = 0; i < offers.Length; i++)
        {
            var liking = Liking(ranges, offers[i]);
            if (liking.Quality > 0 && liking.CompareTo(best) > 0)
            {
                (chosen, best) = (i, liking);
            }
        }

        return chosen;
    }

    // The most exact range counts: text/csv;q=0 refuses it beside */*.
    private static (double Quality, int Exactness) Liking(IList<MediaTypeHeaderValue> ranges, string offer)
    {
        var type = new MediaTypeHeaderValue(offer);
        var liking = (Quality: 0.0, Exactness: 0);
        foreach (var range in ranges)
        {
            var exactness = range.MatchesAllTypes ? 1
                : range.MatchesAllSubTypes ? (range.Type.Equals(type.Type, StringComparison.OrdinalIgnoreCase) ? 2 : 0)
                : range.MediaType.Equals(type.MediaType, StringComparison.OrdinalIgnoreCase) ? 3
                : 0;
            if (exactness > liking.Exactness)
            {
                liking = (range.Quality ?? 1, exactness);
            }
        }

        return liking;
    }
}
