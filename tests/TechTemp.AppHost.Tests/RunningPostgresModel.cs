namespace TechTemp.AppHost.Tests;

/// <summary>The model with the store in PostgreSQL and three ingest workers, started like the default one.</summary>
public sealed class RunningPostgresModel() : RunningModel("--store", "postgres");
