namespace TechTemp.AppHost;

/// <summary>The names of the resources: in Aspire's dashboard, in docker compose, and as the hosts' connection strings.</summary>
internal static class ResourceNames
{
    public const string Mosquitto = "mosquitto";
    public const string MosquittoData = "mosquitto-data";
    public const string Store = "store";
    public const string StoreConnection = "techtemp";
    public const string StoreData = "techtemp-data";
    public const string Postgres = "postgres";
    public const string PostgresData = "postgres-data";
    public const string Ingest = "ingest";
    public const string Api = "api";
    public const string Dashboard = "dashboard";
    public const string Simulator = "simulator";
    public const string Sensors = "sensors";
}
