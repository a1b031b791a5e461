using TechTemp.Data.Jobs;
using TechTemp.Data.Maintenance;
using TechTemp.Data.Store;

namespace TechTemp.Data.Copying;

/// <summary>One of the two stores of a copy, behind the ports that every provider has.</summary>
/// <param name="sql">Its tables.</param>
/// <param name="readings">Its rows and pages.</param>
/// <param name="schema">Its schema.</param>
/// <param name="sequences">The numbers that it gives to new rows.</param>
/// <param name="locks">Its locks.</param>
public sealed class StoreEnd(IStoreSql sql, IMaintenanceStore readings, IStoreSchema schema, IStoreSequences sequences, IJobLocks locks)
{
    /// <summary>Its name, for people.</summary>
    public string Name => sql.Name;

    internal IStoreSql Sql => sql;

    internal IMaintenanceStore Readings => readings;

    internal IStoreSchema Schema => schema;

    internal IStoreSequences Sequences => sequences;

    internal IJobLocks Locks => locks;
}
