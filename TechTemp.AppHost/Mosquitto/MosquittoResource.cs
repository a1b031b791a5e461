namespace TechTemp.AppHost.Mosquitto;

/// <summary>A Mosquitto broker in a container. Programs reach it with an account of it.</summary>
internal sealed class MosquittoResource(string name) : ContainerResource(name)
{
    public const string EndpointName = "mqtt";

    private readonly List<MosquittoAccountResource> _accounts = [];

    public EndpointReference Endpoint => new(this, EndpointName);

    public IReadOnlyList<MosquittoAccountResource> Accounts => _accounts;

    public void Add(MosquittoAccountResource account) => _accounts.Add(account);
}
