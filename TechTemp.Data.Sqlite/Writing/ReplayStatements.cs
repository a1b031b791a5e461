using System.Globalization;
using Microsoft.Data.Sqlite;
using TechTemp.Data.Rejections;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Writing;

namespace TechTemp.Data.Sqlite.Writing;

/// <summary>The SQL of a session about refused messages that are tried again.</summary>
internal sealed class ReplayStatements(SqliteConnection connection) : IDisposable
{
    private static readonly (int Parameter, string Condition, Func<RejectedFilter, object?> Value)[] s_conditions =
    [
        (3, "reason = ?3", f => f.Reason),
        (4, "device_uid = ?4", f => f.DeviceUid),
        (5, "home = ?5", f => f.Home),
        (6, "received_at >= ?6", f => f.From),
        (7, "received_at <= ?7", f => f.To),
        (8, "id IN (SELECT value FROM json_each(?8))", f => f.Ids is { } ids ? $"[{string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)))}]" : null),
    ];

    private readonly Statement _remove = new(connection, "DELETE FROM rejected_messages WHERE id = ?1;");
    private readonly Statement _change = new(
        connection, "UPDATE rejected_messages SET reason = ?2, detail = ?3, is_held = ?4, received_at = ?5 WHERE id = ?1;");

    public IReadOnlyList<ReplayedMessage> Next(RejectedFilter filter, long after, int most)
    {
        using var select = new Statement(connection, NextSql(filter));
        select.Bind(1, after).Bind(2, most);
        foreach (var (parameter, _, value) in s_conditions)
        {
            _ = value(filter) switch
            {
                string text => select.Bind(parameter, text),
                long number => select.Bind(parameter, number),
                _ => select,
            };
        }

        var messages = new List<ReplayedMessage>();
        while (select.Step())
        {
            messages.Add(new(
                select.Long(0), select.Text(1), select.Blob(2).ToArray(), (int)select.Long(3), select.Text(4), select.Text(5), select.Long(6), select.Long(7) != 0));
        }

        return messages;
    }

    public void Settle(IReadOnlyList<long> removed, IReadOnlyList<ReplayedMessage> changed)
    {
        foreach (var id in removed)
        {
            _remove.Bind(1, id).Execute();
        }

        foreach (var message in changed)
        {
            _change
                .Bind(1, message.Id).Bind(2, message.Reason).Bind(3, message.Detail).Bind(4, message.IsHeld ? 1L : 0L).Bind(5, message.ReceivedAt)
                .Execute();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _remove.Dispose();
        _change.Dispose();
    }

    // Only the conditions that there are: the index of device and reason serves a query that names both. A test asserts the plans.
    internal static string NextSql(RejectedFilter filter) =>
        $"""
        SELECT id, topic, payload, payload_size, reason, detail, received_at, is_held FROM rejected_messages
        WHERE id > ?1{string.Concat(s_conditions.Where(c => c.Value(filter) is not null).Select(c => $" AND {c.Condition}"))} ORDER BY id LIMIT ?2;
        """;
}
