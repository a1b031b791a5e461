using TechTemp.Data.Instances;


namespace TechTemp.Ingest.Instances;

/// <summary>Another process has registered in the same store after this one, and is alive.</summary>
public sealed class InstanceReplacedException(string store, IngestInstance other) : Exception(
    $"Another process writes readings into the store '{store}': {other}. It registered after this one, which leaves the work to it. Stop one of the two, or give one another store (DB_PATH).");
