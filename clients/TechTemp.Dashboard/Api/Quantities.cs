namespace TechTemp.Dashboard.Api;

/// <summary>The quantities that the API knows, fetched once for all visitors: one that is added there needs no change here.</summary>
public sealed class Quantities(ApiClient api)
{
    private bool _loaded;

    /// <summary>All of them, in the order in which people are shown them; temperature and humidity until the API has answered.</summary>
    public IReadOnlyList<Quantity> All { get; private set; } = [Quantity.Temperature, Quantity.Humidity];

    /// <summary>The quantity of a key; null when there is none.</summary>
    public Quantity? Find(string key) => All.FirstOrDefault(q => q.Key == key);

    /// <summary>Fetches them, unless that has been done. What the API refuses leaves them as they are, and the next call asks again.</summary>
    /// <param name="again">Whether the API was away: it may be a newer one now, with more of them.</param>
    public async Task EnsureAsync(bool again)
    {
        if (_loaded && !again)
        {
            return;
        }

        try
        {
            All = await api.QuantitiesAsync();
            _loaded = true;
        }
        catch (ApiException)
        {
            _loaded = false;
        }
    }
}
