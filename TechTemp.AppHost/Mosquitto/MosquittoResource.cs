namespace TechTemp.AppHost.Mosquitto;

/// <summary>A Mosquitto broker in a container. Programs reach it with an account of it.</summary>
internal sealed class MosquittoResource(string name) : ContainerResource(name)
{
    /// <summary>Of sensors with accounts of their own.</summary>
    public const string EndpointName = "mqtt";

    /// <summary>Of ingest and the API; not published.</summary>
    public const string InternalEndpointName = "internal";

    /// <summary>Of accounts that several sensors share; in run mode only.</summary>
    public const string SharedEndpointName = "shared";

    private readonly List<MosquittoAccountResource> _accounts = [];

    public EndpointReference Endpoint => new(this, EndpointName);

    public IReadOnlyList<MosquittoAccountResource> Accounts => _accounts;

    public void Add(MosquittoAccountResource account) => _accounts.Add(account);
}
