using System.Globalization;
using System.Net.Sockets;
using Xunit;

namespace TechTemp.Testing;

/// <summary>A real PostgreSQL on a free port of 127.0.0.1, with a folder of its own. Skips the test when the machine has none.</summary>
public sealed class PostgresProcess : IAsyncDisposable
{
    /// <summary>Its user, who needs no password and may do everything.</summary>
    public const string User = "techtemp";

    private readonly TempFolder _folder = new();
    private readonly string _programs;
    private readonly IReadOnlyList<string> _settings;
    private ChildProcess? _process;

    private PostgresProcess(string programs, string? data, IEnumerable<string> settings) =>
        (_programs, Data, _settings) = (programs, data ?? _folder.File("data"), [.. settings]);

    /// <summary>Its port.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>What Npgsql connects with.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database=postgres;Username={User}");

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it has logged since it was started last.</summary>
    public string Log => _process?.Error ?? "";

    /// <summary>The ids of its processes: the server and one for each connection, among others.</summary>
    public IReadOnlyList<int> Processes => [_process!.Id, .. ChildrenOf(_process.Id)];

    /// <summary>Its data folder.</summary>
    public string Data { get; }

    /// <summary>The folder of PostgreSQL's programs, of the newest version; null where it is not installed.</summary>
    public static string? FindPrograms()
    {
        // Debian keeps those of the server in no PATH.
        const string Versions = "/usr/lib/postgresql";
        var versions = Directory.Exists(Versions) ? Directory.GetDirectories(Versions) : [];
        return versions.OrderBy(folder => Version.TryParse($"{Path.GetFileName(folder)}.0", out var version) ? version : new())
            .Select(folder => Path.Combine(folder, "bin"))
            // Behind a link, where the others are too.
            .Append(Programs.Find("initdb") is { } found ? Path.GetDirectoryName(File.ResolveLinkTarget(found, returnFinalTarget: true)?.FullName ?? found) : null)
            .LastOrDefault(folder => folder is not null && File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }

    /// <summary>A PostgreSQL that takes connections.</summary>
    /// <param name="data">Its data folder, on a file system of the test's own; null for one that is gone with it.</param>
    /// <param name="settings">Settings of the server, each as <c>name=value</c>.</param>
    public static async Task<PostgresProcess> StartAsync(string? data = null, params IEnumerable<string> settings)
    {
        var postgres = await CreateAsync(data, settings);
        try
        {
            await postgres.RunAsync("initdb", "-D", postgres.Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
            await postgres.StartAgainAsync();
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

    /// <summary>One without data, which can become a standby.</summary>
    /// <inheritdoc cref="StartAsync" path="/param"/>
    public static async Task<PostgresProcess> CreateAsync(string? data = null, params IEnumerable<string> settings)
    {
        var programs = FindPrograms();
        Assert.SkipUnless(programs is not null, "PostgreSQL is not installed (Debian package postgresql)");
        var postgres = new PostgresProcess(programs!, data, settings);
        if (Environment.UserName == "root")
        {
            await using var own = new ChildProcess("chown", "postgres", postgres._folder.Path);
            Assert.True(await own.ExitAsync() == 0, own.Describe());
        }

        return postgres;
    }

    /// <summary>Starts it again, on the same port and with the same data, and waits until it takes connections.</summary>
    public async Task StartAgainAsync()
    {
        await (_process?.DisposeAsync() ?? ValueTask.CompletedTask);
        // Shared memory in files of the data folder: a server that is killed leaves none behind elsewhere.
        string[] own = [$"port={Port.ToString(CultureInfo.InvariantCulture)}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "dynamic_shared_memory_type=mmap"];
        var process = _process = Process("postgres", ["-D", Data, .. own.Concat(_settings).SelectMany(setting => new[] { "-c", setting })]);
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.False(process.HasExited, process.Describe());
                return await AnswersAsync();
            },
            $"PostgreSQL answers at port {Port}",
            TimeSpan.FromMinutes(2));
    }

    /// <summary>Stops it, with what is in work rolled back.</summary>
    public async Task StopAsync()
    {
        await RunAsync("pg_ctl", "stop", "-D", Data, "-m", "fast", "-w");
        await _process!.ExitAsync();
    }

    /// <summary>Ends all of its processes at once, by SIGKILL, as a machine does that loses its power but for what the kernel has not written yet.</summary>
    public async Task KillAsync()
    {
        var children = ChildrenOf(_process!.Id);
        await using var kill = new ChildProcess("/bin/sh", "-c", $"kill -KILL {string.Join(' ', [_process.Id, .. children])} 2> /dev/null || true");
        await kill.ExitAsync();
        await _process.ExitAsync();
        // Those that began meanwhile end by themselves. It does not start again before.
        await Eventually.TrueAsync(() => children.TrueForAll(child => StatusOf(child) is not { } status || status.State == 'Z'), "the server's processes have ended");
    }

    /// <summary>Makes this one, which is not running, a standby that follows another one, and starts it. What it had is gone.</summary>
    public async Task FollowAsync(PostgresProcess primary)
    {
        await ReleaseMemoryAsync();
        if (Directory.Exists(Data))
        {
            Directory.Delete(Data, recursive: true);
        }

        await RunAsync(
            "pg_basebackup", "-D", Data, "-h", "127.0.0.1", "-p", primary.Port.ToString(CultureInfo.InvariantCulture), "-U", User, "-X", "stream", "-c", "fast", "-R", "--no-sync");
        await StartAgainAsync();
    }

    /// <summary>Makes this standby the primary.</summary>
    public Task PromoteAsync() => RunAsync("pg_ctl", "promote", "-D", Data, "-w");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            if (IsRunning)
            {
                // Killed, it would leave its shared memory behind.
                await RunAsync("pg_ctl", "stop", "-D", Data, "-m", "fast", "-w");
            }

            await _process.DisposeAsync();
            await ReleaseMemoryAsync();
        }

        _folder.Dispose();
    }

    // The processes whose parent it is: each is the leader of a group of its own.
    private static List<int> ChildrenOf(int parent) =>
        [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(id => StatusOf(id)?.Parent == parent)];

    // proc(5): after the name, which stands in parentheses, the state and the parent.
    private static (char State, int Parent)? StatusOf(int id)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    // A killed server leaves the segment by which it would notice a second one; its number stands in postmaster.pid. A server that starts again removes it itself.
    private async Task ReleaseMemoryAsync()
    {
        const int Line = 6;
        var file = Path.Combine(Data, "postmaster.pid");
        if (File.Exists(file) && (await File.ReadAllLinesAsync(file)).ElementAtOrDefault(Line)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var segment])
        {
            await using var remove = new ChildProcess("ipcrm", "-m", segment);
            await remove.ExitAsync();
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, TestContext.Current.CancellationToken);
            // "ready to accept read-only connections" of a standby.
            return _process!.Error.Contains("ready to accept", StringComparison.Ordinal);
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
        Assert.True(await process.ExitAsync(TimeSpan.FromMinutes(2)) == 0, process.Describe());
    }
}
