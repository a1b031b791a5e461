using Microsoft.Data.Sqlite;
using TechTemp.Data.Instances;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;

namespace TechTemp.Data.Sqlite.Instances;

/// <summary>Reads and writes the one row that says which process writes readings. Every call may throw <see cref="StoreException"/>.</summary>
public sealed class InstanceRegistry(StoreConnections connections)
{
    private const string Values = "(1, $uid, $machine, $process_id, $since, 0, 0)";

    /// <summary>Takes the place of whoever is registered.</summary>
    public void Register(IngestInstance instance) => Execute(
        $"INSERT OR REPLACE INTO ingest_instance (id, uid, machine, process_id, since, asked, answered) VALUES {Values};", Parameters(instance));

    /// <summary>Takes the place of one instance, if it is still the registered one.</summary>
    /// <returns>False when another one has come meanwhile.</returns>
    public bool TryReplace(string uid, IngestInstance instance) => Execute(
        """
        UPDATE ingest_instance SET uid = $uid, machine = $machine, process_id = $process_id, since = $since, asked = 0, answered = 0
        WHERE uid = $replaced;
        """,
        [.. Parameters(instance), ("$replaced", uid)]) == 1;

    /// <summary>The registered instance; null when there is none.</summary>
    public IngestInstance? Read()
    {
        using var reader = connections.Read();
        var row = reader.Prepare("SELECT uid, machine, process_id, since, asked, answered FROM ingest_instance;");
        return !row.Step() ? null : new()
        {
            Uid = row.Text(0),
            Machine = row.Text(1),
            ProcessId = (int)row.Long(2),
            Since = DateTimeOffset.FromUnixTimeMilliseconds(row.Long(3)),
            Asked = row.Long(4),
            Answered = row.Long(5),
        };
    }

    /// <summary>Asks an instance whether it lives.</summary>
    /// <returns>The number of the question: answered when <see cref="IngestInstance.Answered"/> is not below it. Null when another instance is registered by now.</returns>
    public long? Ask(string uid)
    {
        using var connection = connections.Open();
        using var command = connection.Prepare("UPDATE ingest_instance SET asked = asked + 1 WHERE uid = $uid RETURNING asked;", ("$uid", SqliteType.Text));
        return (long?)command.Bind(0, uid).ExecuteScalar();
    }

    /// <summary>Answers every question that was asked of an instance.</summary>
    public void Answer(string uid) => Execute("UPDATE ingest_instance SET answered = asked WHERE uid = $uid;", [("$uid", uid)]);

    /// <summary>Removes an instance that ends.</summary>
    public void Leave(string uid) => Execute("DELETE FROM ingest_instance WHERE uid = $uid;", [("$uid", uid)]);

    private static (string Name, object Value)[] Parameters(IngestInstance instance) =>
    [
        ("$uid", instance.Uid), ("$machine", instance.Machine), ("$process_id", instance.ProcessId), ("$since", instance.Since.ToUnixTimeMilliseconds()),
    ];

    private int Execute(string sql, (string Name, object Value)[] parameters)
    {
        using var connection = connections.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command.ExecuteNonQuery();
    }
}
