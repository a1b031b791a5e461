using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TechTemp.Data.Sqlite.Import;

/// <summary>
/// Interrupts a statement that has worked for too long without a row, whatever makes it: https://sqlite.org/c3ref/progress_handler.html.
/// What is interrupted fails with SQLITE_INTERRUPT.
/// </summary>
internal sealed class StepLimit : IDisposable
{
    // Some tenths of a millisecond.
    private const int Instructions = 10_000;

    private readonly SqliteConnection _connection;
    private readonly TimeSpan _longest;
    private long _start = Stopwatch.GetTimestamp();

    /// <param name="connection">What it holds for.</param>
    /// <param name="longest">How long a statement may work for one row.</param>
    public StepLimit(SqliteConnection connection, TimeSpan longest)
    {
        (_connection, _longest) = (connection, longest);
        raw.sqlite3_progress_handler(connection.Handle!, Instructions, _ => Stopwatch.GetElapsedTime(_start) > _longest ? 1 : 0, null);
    }

    /// <summary>Resets the count: a row was read, or a statement begins.</summary>
    public void Restart() => _start = Stopwatch.GetTimestamp();

    /// <inheritdoc />
    public void Dispose() => raw.sqlite3_progress_handler(_connection.Handle!, 0, null, null);
}
