using System.Diagnostics;

namespace TechTemp.Data.Store;

/// <summary>
/// A span of access to the store, by OpenTelemetry's conventions (https://opentelemetry.io/docs/specs/semconv/db/database-spans/): the operation, the
/// table and the number of rows, no statement and no value. Only inside another span, such as that of an HTTP request;
/// null otherwise, and while nobody listens. It never becomes <see cref="Activity.Current"/>: rows are read while their reader does other things.
/// </summary>
internal sealed class StoreSpan : IDisposable
{
    /// <summary>The name of SQLite in spans.</summary>
    public const string Sqlite = "sqlite";

    private static readonly ActivitySource s_source = new("TechTemp.Data");

    private readonly Activity _span;

    private StoreSpan(Activity span) => _span = span;

    /// <summary>Whether one would be started now.</summary>
    public static bool IsWanted => s_source.HasListeners() && Activity.Current is not null;

    /// <summary>Starts one.</summary>
    /// <param name="operation">SELECT, INSERT, UPDATE or DELETE.</param>
    /// <param name="table">The table that it is about; null when unknown.</param>
    /// <param name="start">When it started; default for now.</param>
    /// <param name="system">The store's <c>db.system.name</c>.</param>
    public static StoreSpan? Start(string operation, string? table, DateTimeOffset start = default, string system = Sqlite)
    {
        if (!IsWanted || Activity.Current is not { } parent)
        {
            return null;
        }

        var span = s_source.StartActivity(
            table is null ? operation : $"{operation} {table}",
            ActivityKind.Client,
            parent.Context,
            [new("db.system.name", system), new("db.operation.name", operation)],
            startTime: start);
        Activity.Current = parent;
        if (span is null)
        {
            return null;
        }

        if (table is not null)
        {
            span.SetTag("db.collection.name", table);
        }

        return new(span);
    }

    /// <summary>How many rows were read.</summary>
    public void Returned(int rows) => _span.SetTag("db.response.returned_rows", rows);

    /// <summary>How many rows were inserted, changed or deleted.</summary>
    public void Affected(int rows) => _span.SetTag("techtemp.db.affected_rows", rows);

    /// <summary>How many readings one transaction was given.</summary>
    public void Batch(int size) => _span.SetTag("db.operation.batch.size", size);

    /// <summary>It failed. The exception's message is left out: it may quote a value. Its type is the provider's, where it is the provider that failed.</summary>
    public void Failed(Exception exception) => _span.SetTag("error.type", (exception is StoreException { InnerException: { } cause } ? cause : exception).GetType().FullName).SetStatus(ActivityStatusCode.Error);

    /// <summary>Ends it.</summary>
    public void Dispose() => End(default);

    /// <summary>Ends it as of a moment; default for now.</summary>
    public void End(DateTimeOffset end)
    {
        var current = Activity.Current;
        if (end != default)
        {
            _span.SetEndTime(end.UtcDateTime);
        }

        _span.Dispose();
        Activity.Current = current;
    }
}
