namespace TechTemp.Compose.Tests;

/// <summary>The compose stack with the store in PostgreSQL and three ingest workers.</summary>
public sealed class PostgresComposeStack() : ComposeStack(ComposeFile.Postgres, s_services)
{
    private static readonly string[] s_services = ["mosquitto", "postgres", "ingest-0", "ingest-1", "ingest-2", "api", "dashboard"];
}
