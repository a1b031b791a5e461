using System.Globalization;
using System.Net.Sockets;
using Xunit;

namespace TechTemp.Testing;

/// <summary>How a Mosquitto is configured.</summary>
public enum MosquittoConfiguration
{
    /// <summary>As people have it: a listener, anonymous access, persistence.</summary>
    Usual,

    /// <summary>The file in infrastructure/mosquitto.</summary>
    Ours,

    /// <summary>All of infrastructure/mosquitto, as docker compose has it: listeners, accounts and their rules.</summary>
    Accounts,
}

/// <summary>
/// A real Mosquitto on a free port, with a folder of its own. It can be stopped and started again and then has the
/// sessions that it had. Without the program the test is skipped.
/// </summary>
public sealed class MosquittoProcess : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _program;
    private ChildProcess? _process;

    private MosquittoProcess(string program, MosquittoConfiguration configuration)
    {
        _program = program;
        if (configuration == MosquittoConfiguration.Accounts)
        {
            WriteAccounts();
            return;
        }

        var lines = configuration == MosquittoConfiguration.Ours
            ? File.ReadAllText(Repository.File("infrastructure", "mosquitto", "mosquitto.conf"))
            : "persistence true\n";
        lines += string.Create(CultureInfo.InvariantCulture, $"\nlistener {Port} 127.0.0.1\nallow_anonymous true\npersistence_location {_folder.Path}/\n");
        // As root it would become the user mosquitto, who may not write here.
        lines += Environment.UserName == "root" ? "user root\n" : "";
        File.WriteAllText(ConfigurationFile, lines);
    }

    /// <summary>Its port at 127.0.0.1; with accounts, that of the sensors.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>With accounts, the port of ingest and the API.</summary>
    public int InternalPort { get; } = FreePort.Next();

    /// <summary>Its address, as <c>MQTT_URL</c> wants it.</summary>
    public string Url => $"mqtt://127.0.0.1:{Port}";

    /// <summary>An independent client of it.</summary>
    public MosquittoClient Client => new(Port);

    private string ConfigurationFile => _folder.File("mosquitto.conf");

    /// <summary>A Mosquitto that is not running yet. Skips the test when the machine has none.</summary>
    public static MosquittoProcess Create(MosquittoConfiguration configuration)
    {
        var program = Programs.Find("mosquitto");
        Assert.SkipUnless(program is not null, "mosquitto is not installed (Debian package mosquitto)");
        Assert.SkipUnless(Programs.Find("mosquitto_pub") is not null, "mosquitto_pub is not installed (Debian package mosquitto-clients)");
        return new(program!, configuration);
    }

    /// <summary>A Mosquitto that takes connections. Skips the test when the machine has none.</summary>
    public static async Task<MosquittoProcess> StartAsync(MosquittoConfiguration configuration)
    {
        var mosquitto = Create(configuration);
        await mosquitto.StartAsync();
        return mosquitto;
    }

    /// <summary>Makes an account, with the password "secret-of-" and its name; before the broker starts.</summary>
    public async Task AddAccountAsync(string name)
    {
        await using var process = new ChildProcess(Programs.Find("mosquitto_passwd")!, "-b", _folder.File("passwords"), name, Password(name));
        Assert.True(await process.ExitAsync() == 0, process.Describe());
    }

    /// <summary>The password of an account.</summary>
    public static string Password(string name) => $"secret-of-{name}";

    /// <summary>Starts it, again on the same port with the same folder.</summary>
    public async Task StartAsync()
    {
        var process = _process = new(_program, "-c", ConfigurationFile);
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.False(process.HasExited, process.Describe());
                return await AnswersAsync();
            },
            $"mosquitto answers at port {Port}");
    }

    /// <summary>Stops it by SIGTERM; it saves what it keeps.</summary>
    public async Task StopAsync()
    {
        _process!.Terminate();
        await _process.ExitAsync();
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>Ends it at once, by SIGKILL; what it kept since it last saved is gone.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.ExitAsync();
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>Lets it stand still, with its connections open, as a machine does that is cut off; and go on.</summary>
    public void Freeze(bool frozen) => _process!.Freeze(frozen);

    /// <summary>Whether it has saved what it keeps to disk at least once.</summary>
    public bool HasSaved => File.Exists(_folder.File("mosquitto.db"));

    /// <summary>When it last did.</summary>
    public DateTimeOffset SavedAt => new(File.GetLastWriteTimeUtc(_folder.File("mosquitto.db")), TimeSpan.Zero);

    /// <summary>Loses what it kept, while it is stopped: sessions, queues, retained messages.</summary>
    public void Forget() => File.Delete(_folder.File("mosquitto.db"));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }

    // The files as they are; only paths and ports are this machine's.
    private void WriteAccounts()
    {
        File.WriteAllText(_folder.File("passwords"), "");
        File.WriteAllText(_folder.File("access.acl"), Source("access.acl"));
        Directory.CreateDirectory(_folder.File("conf.d"));
        File.WriteAllText(_folder.File("conf.d/mosquitto.conf"), Source("mosquitto.conf"));
        var lines = Source("broker.conf")
            .Replace("listener 1883", string.Create(CultureInfo.InvariantCulture, $"listener {Port} 127.0.0.1"), StringComparison.Ordinal)
            .Replace("listener 1884", string.Create(CultureInfo.InvariantCulture, $"listener {InternalPort} 127.0.0.1"), StringComparison.Ordinal)
            .Replace("/run/secrets/mosquitto_passwords", _folder.File("passwords"), StringComparison.Ordinal)
            .Replace("/mosquitto/config", _folder.Path, StringComparison.Ordinal)
            .Replace("/mosquitto/data", _folder.Path, StringComparison.Ordinal);
        File.WriteAllText(ConfigurationFile, lines + (Environment.UserName == "root" ? "user root\n" : ""));

        static string Source(string file) => File.ReadAllText(Repository.File("infrastructure", "mosquitto", file));
    }

    private async Task<bool> AnswersAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

public static class Programs
{
    // Debian keeps mosquitto where only root's PATH looks.
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/usr/local/sbin"])
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
