namespace TechTemp.Faults;

/// <summary>One row of the table.</summary>
/// <param name="Name">How <c>--only</c> calls it.</param>
/// <param name="On">The stores on which it makes sense.</param>
/// <param name="Promise">What is done, and what TechTemp promises then.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record Fault(string Name, Stores On, string Promise, Func<FaultRun, Task> RunAsync)
{
    /// <summary>The stores, for the list.</summary>
    public string Where => On switch { Stores.Sqlite => "sqlite", Stores.Postgres => "postgres", _ => "both" };
}

/// <summary>Kinds of stores.</summary>
[Flags]
internal enum Stores
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A SQLite file.</summary>
    Sqlite = 1,

    /// <summary>A PostgreSQL database.</summary>
    Postgres = 2,

    /// <summary>Either.</summary>
    Both = Sqlite | Postgres,
}
