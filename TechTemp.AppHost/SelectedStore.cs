namespace TechTemp.AppHost;

/// <summary>Where readings are kept, as <c>--store</c> says, and which workers write there.</summary>
/// <param name="Connection">The connection string of ingest and the API.</param>
/// <param name="Database">The database on PostgreSQL; null with SQLite.</param>
/// <param name="Workers">The names of the ingest workers. With SQLite there is one: it alone may write into the file.</param>
internal sealed record SelectedStore(
    IResourceBuilder<ConnectionStringResource> Connection, IResourceBuilder<PostgresDatabaseResource>? Database, IReadOnlyList<string> Workers);
