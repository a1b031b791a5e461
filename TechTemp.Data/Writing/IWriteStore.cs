namespace TechTemp.Data.Writing;

/// <summary>
/// A store that readings are written to. What a provider implements is this, <see cref="IWriteSession"/> and <see cref="IWriteTransaction"/>; the rules of writing
/// (<see cref="ReadingWriter"/>) are written once, over these.
/// </summary>
public interface IWriteStore
{
    /// <summary>Its name in spans, by OpenTelemetry's conventions: <c>db.system.name</c>.</summary>
    string System { get; }

    /// <summary>A session of its own. It connects when its first transaction begins. The caller disposes it.</summary>
    IWriteSession Open();
}
