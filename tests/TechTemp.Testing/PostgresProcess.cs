using System.Globalization;
using System.Net.Sockets;
using Xunit;

namespace TechTemp.Testing;

/// <summary>A real PostgreSQL on a free port of 127.0.0.1, with a folder of its own. Skips the test when the machine has none.</summary>
public sealed class PostgresProcess : IAsyncDisposable
{
    private const string User = "techtemp";

    private readonly TempFolder _folder = new();
    private readonly string _programs;
    private ChildProcess? _process;

    private PostgresProcess(string programs) => _programs = programs;

    /// <summary>Its port.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>What Npgsql connects with.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database=postgres;Username={User}");

    private string Data => _folder.File("data");

    /// <summary>The folder of PostgreSQL's programs, of the newest version; null where it is not installed.</summary>
    public static string? FindPrograms()
    {
        // Debian keeps those of the server in no PATH.
        const string Versions = "/usr/lib/postgresql";
        var versions = Directory.Exists(Versions) ? Directory.GetDirectories(Versions) : [];
        return versions.OrderBy(folder => Version.TryParse($"{Path.GetFileName(folder)}.0", out var version) ? version : new())
            .Select(folder => Path.Combine(folder, "bin"))
            .Append(Path.GetDirectoryName(Programs.Find("initdb")))
            .LastOrDefault(folder => folder is not null && File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }

    /// <summary>A PostgreSQL that takes connections.</summary>
    public static async Task<PostgresProcess> StartAsync()
    {
        var programs = FindPrograms();
        Assert.SkipUnless(programs is not null, "PostgreSQL is not installed (Debian package postgresql)");
        var postgres = new PostgresProcess(programs!);
        try
        {
            await postgres.InitializeAsync();
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a database of its own.</summary>
    /// <returns>What Npgsql connects to it with.</returns>
    public async Task<string> CreateDatabaseAsync(string name)
    {
        await QueryAsync("postgres", $"CREATE DATABASE {name};");
        return ConnectionString.Replace("Database=postgres", $"Database={name}", StringComparison.Ordinal);
    }

    /// <summary>Runs SQL with psql, a client that shares no code with ours.</summary>
    /// <returns>The rows, their columns separated by <c>|</c>.</returns>
    public async Task<string[]> QueryAsync(string database, string sql)
    {
        await using var process = new ChildProcess(
            Programs.Find("psql") ?? Path.Combine(_programs, "psql"), "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User, "-d", database, "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql);
        Assert.True(await process.ExitAsync() == 0, process.Describe());
        return process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // Killed, it would leave its shared memory behind.
            await RunAsync("pg_ctl", "stop", "-D", Data, "-m", "fast", "-w");
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task InitializeAsync()
    {
        if (Environment.UserName == "root")
        {
            await using var own = new ChildProcess("chown", "postgres", _folder.Path);
            Assert.True(await own.ExitAsync() == 0, own.Describe());
        }

        await RunAsync("initdb", "-D", Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        _process = Process("postgres", "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=");
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.False(_process.HasExited, _process.Describe());
                return await AnswersAsync();
            },
            $"PostgreSQL answers at port {Port}");
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, TestContext.Current.CancellationToken);
            return _process!.Error.Contains("ready to accept connections", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // PostgreSQL refuses to run as root.
    private ChildProcess Process(string program, params string[] arguments)
    {
        var path = Path.Combine(_programs, program);
        return Environment.UserName == "root"
            ? new("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : new(path, arguments);
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        await using var process = Process(program, arguments);
        Assert.True(await process.ExitAsync() == 0, process.Describe());
    }
}
