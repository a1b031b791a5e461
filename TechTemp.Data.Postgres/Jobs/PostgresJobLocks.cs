using System.Text;
using Npgsql;
using TechTemp.Data.Jobs;
using TechTemp.Data.Postgres.Connections;

namespace TechTemp.Data.Postgres.Jobs;

/// <summary>
/// Advisory locks (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS), all of this process on one connection of its own. The server
/// frees them when that connection ends: at once when the process is killed, within seconds when the network is cut.
/// </summary>
internal sealed class PostgresJobLocks(PostgresConnections connections, TimeProvider time) : IJobLocks, IAsyncDisposable
{
    // The first half of each lock's number, so that other programs use other numbers: "TTJB" as ASCII.
    private const int Group = 0x54544A42;

    // After 5 s of silence the server asks three times, every 2 s, whether this process is there.
    private const string SetUp = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;";

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private Session? _session;

    /// <inheritdoc />
    public async ValueTask<IJobLock?> TryTakeAsync(string job, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_session is not { IsLost: false })
            {
                await (_session?.DisposeAsync() ?? default);
                _session = null;
                _session = await Session.OpenAsync(connections, time, cancellationToken);
            }

            return await _session.TryTakeAsync(Number(job), cancellationToken) ? new Held(this, _session, Number(job)) : null;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await (_session?.DisposeAsync() ?? default);
        _turn.Dispose();
    }

    // The same in every process and version: FNV-1a (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv).
    private static int Number(string job) => (int)Encoding.UTF8.GetBytes(job).Aggregate(2_166_136_261u, (hash, next) => (hash ^ next) * 16_777_619u);

    private sealed class Held(PostgresJobLocks locks, Session session, int number) : IJobLock
    {
        public CancellationToken Lost => session.Lost;

        public async ValueTask DisposeAsync()
        {
            await locks._turn.WaitAsync();
            try
            {
                await session.FreeAsync(number);
            }
            finally
            {
                locks._turn.Release();
            }
        }
    }

    /// <summary>The connection that holds the locks. Used by one at a time.</summary>
    private sealed class Session : IAsyncDisposable
    {
        private readonly NpgsqlConnection _connection;
        private readonly SemaphoreSlim _use = new(1);
        private readonly CancellationTokenSource _lost = new();
        private readonly CancellationTokenSource _ended = new();
        private readonly Task _watch;

        private Session(NpgsqlConnection connection, TimeProvider time)
        {
            _connection = connection;
            Lost = _lost.Token;
            _watch = WatchAsync(time);
        }

        public CancellationToken Lost { get; }

        public bool IsLost => Lost.IsCancellationRequested;

        public static ValueTask<Session> OpenAsync(PostgresConnections connections, TimeProvider time, CancellationToken cancellationToken) =>
            PostgresStoreException.TranslateAsync(async () =>
            {
                var connection = connections.Unpooled();
                try
                {
                    await connection.OpenAsync(cancellationToken);
                    await PostgresStatements.ExecuteAsync(connection, SetUp, [], cancellationToken);
                    return new Session(connection, time);
                }
                catch
                {
                    await connection.DisposeAsync();
                    throw;
                }
            });

        public ValueTask<bool> TryTakeAsync(int number, CancellationToken cancellationToken) => UseAsync("SELECT pg_try_advisory_lock(@group, @number);", number, cancellationToken);

        /// <summary>Frees a lock. Where that fails the connection is lost, and the lock with it.</summary>
        public async ValueTask FreeAsync(int number)
        {
            if (IsLost)
            {
                return;
            }

            try
            {
                await UseAsync("SELECT pg_advisory_unlock(@group, @number);", number, CancellationToken.None);
            }
            catch (PostgresStoreException)
            {
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _ended.CancelAsync();
            await _watch;
            await _lost.CancelAsync();
            await _connection.DisposeAsync();
            _use.Dispose();
        }

        private async ValueTask<bool> UseAsync(string sql, int number, CancellationToken cancellationToken)
        {
            await _use.WaitAsync(cancellationToken);
            try
            {
                // Not cancelled: after that it would be unknown whether the lock is taken.
                return await PostgresStoreException.TranslateAsync(async () => (await PostgresStatements.QueryAsync(
                    _connection, sql, row => row.GetBoolean(0), [("group", Group), ("number", number)], CancellationToken.None)).Single());
            }
            catch (PostgresStoreException)
            {
                await _lost.CancelAsync();
                throw;
            }
            finally
            {
                _use.Release();
            }
        }

        // Asks every second whether the connection is there.
        private async Task WatchAsync(TimeProvider time)
        {
            try
            {
                while (true)
                {
                    await Task.Delay(s_interval, time, _ended.Token);
                    await UseAsync("SELECT @group = @group AND @number = @number;", 0, _ended.Token);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or PostgresStoreException)
            {
            }
        }
    }
}
