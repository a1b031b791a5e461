using System.Text;
using Npgsql;
using TechTemp.Data.Postgres.Connections;
using TechTemp.Data.Rejections;
using TechTemp.Data.Writing;

namespace TechTemp.Data.Postgres.Writing;

/// <summary>The SQL about refused messages that are tried again.</summary>
internal sealed class ReplaySql(TransactionSql sql)
{
    private const string RemoveSql = "DELETE FROM rejected_messages WHERE id = ANY ($1);";

    private const string ChangeSql =
        """
        UPDATE rejected_messages m SET reason = c.reason, detail = c.detail, is_held = c.is_held, received_at = c.received_at
        FROM unnest($1, $2, $3, $4, $5) AS c (id, reason, detail, is_held, received_at) WHERE m.id = c.id;
        """;

    // Locked in the order of their ids. Of those that another replay has, the ones that it stores are gone when it commits, and the others are compared with the conditions again.
    public async ValueTask<IReadOnlyList<ReplayedMessage>> NextAsync(RejectedFilter filter, long after, int most, CancellationToken cancellationToken)
    {
        var select = new StringBuilder("SELECT id, topic, payload, payload_size, reason, detail, received_at, is_held FROM rejected_messages WHERE id > $1");
        var parameters = new List<NpgsqlParameter> { TransactionSql.Of(after), TransactionSql.Of(most) };
        foreach (var (condition, parameter) in Conditions(filter))
        {
            parameters.Add(parameter);
            select.Append(" AND ").Append(condition.Replace("?", $"${parameters.Count}", StringComparison.Ordinal));
        }

        var messages = new List<ReplayedMessage>();
        await sql.ReadAsync(
            select.Append(" ORDER BY id LIMIT $2 FOR UPDATE;").ToString(),
            row => messages.Add(new(
                row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetInt32(3), row.GetString(4), row.GetString(5), row.GetInt64(6), row.GetBoolean(7))),
            cancellationToken,
            [.. parameters]);
        return messages;
    }

    public async ValueTask SettleAsync(IReadOnlyList<long> removed, IReadOnlyList<ReplayedMessage> changed, CancellationToken cancellationToken)
    {
        if (removed.Count > 0)
        {
            await sql.ExecuteAsync(RemoveSql, cancellationToken, TransactionSql.Of(removed.ToArray()));
        }

        if (changed.Count > 0)
        {
            await sql.ExecuteAsync(
                ChangeSql,
                cancellationToken,
                TransactionSql.Of(changed.Select(m => m.Id).ToArray()),
                TransactionSql.Of(changed.Select(m => m.Reason).ToArray()),
                TransactionSql.Of(changed.Select(m => m.Detail).ToArray()),
                TransactionSql.Of(changed.Select(m => m.IsHeld).ToArray()),
                TransactionSql.Of(changed.Select(m => m.ReceivedAt).ToArray()));
        }
    }

    private static IEnumerable<(string Condition, NpgsqlParameter Parameter)> Conditions(RejectedFilter filter)
    {
        if (filter.Reason is { } reason)
        {
            yield return ("reason = ?", TransactionSql.Of(reason));
        }

        if (filter.DeviceUid is { } device)
        {
            yield return ("device_uid = ?", TransactionSql.Of(device));
        }

        if (filter.Home is { } home)
        {
            yield return ("home = ?", TransactionSql.Of(home));
        }

        if (filter.From is { } from)
        {
            yield return ("received_at >= ?", TransactionSql.Of(from));
        }

        if (filter.To is { } to)
        {
            yield return ("received_at <= ?", TransactionSql.Of(to));
        }

        if (filter.Ids is { } ids)
        {
            yield return ("id = ANY (?)", TransactionSql.Of(ids.ToArray()));
        }
    }
}
