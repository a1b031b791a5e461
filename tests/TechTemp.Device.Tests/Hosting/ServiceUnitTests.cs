using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace TechTemp.Clients.Device.Tests.Hosting;

/// <summary>The systemd unit, checked by systemd's own tools, and the word that the program gives it.</summary>
public sealed class ServiceUnitTests
{
    private const string Program = "/opt/techtemp-device/TechTemp.Device";
    private static readonly string s_dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
    private static readonly string s_unit = Repository.File("clients", "TechTemp.Device", "techtemp-device.service");

    [Fact]
    public async Task Systemd_finds_no_fault_with_it()
    {
        using var folder = new TempFolder();
        await using var verify = Analyze("verify", "--man=no", Copy(folder));

        Assert.True(await verify.ExitAsync() == 0, verify.Describe());
        Assert.Empty(verify.Error.Trim());
    }

    [Fact]
    public async Task Systemd_calls_it_well_protected()
    {
        using var folder = new TempFolder();
        // 0 to 100; a service that protects itself by nothing has 96.
        await using var security = Analyze("security", "--offline=true", "--no-pager", "--threshold=20", Copy(folder));

        Assert.True(await security.ExitAsync() == 0, security.Describe());
    }

    [Fact]
    public async Task The_program_tells_systemd_when_it_is_ready_and_when_it_stops()
    {
        using var folder = new TempFolder();
        using var notifications = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var address = folder.File("notify");
        notifications.Bind(new UnixDomainSocketEndPoint(address));
        // .NET takes a program for a service when its parent is called systemd.
        var parent = folder.File("systemd");
        File.Copy("/bin/sh", parent);
        var start = new ProcessStartInfo(parent, ["-c", $"'{s_dotnet}' '{DeviceProcess.Program}' run; exit $?"]);
        foreach (var (name, value) in new[] { ("Device__Id", "s1"), ("Spool__Folder", folder.File("spool")), ("MQTT_URL", "mqtt://127.0.0.1:9"), ("NOTIFY_SOCKET", address) })
        {
            start.Environment[name] = value;
        }

        await using var service = new ChildProcess(start);

        Assert.Contains("READY=1", await HearAsync(notifications), StringComparison.Ordinal);
        var children = await File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{service.Id}/task/{service.Id}/children"), TestContext.Current.CancellationToken);
        await using (var stop = new ChildProcess("/bin/sh", "-c", $"kill -TERM {children}"))
        {
            await stop.ExitAsync();
        }

        Assert.Contains("STOPPING=1", await HearAsync(notifications), StringComparison.Ordinal);
        Assert.True(await service.ExitAsync() == 0, service.Describe());
    }

    // The program is not installed here, which verify would complain about.
    private static string Copy(TempFolder folder)
    {
        var text = File.ReadAllText(s_unit);
        Assert.Contains($"ExecStart={Program} ", text, StringComparison.Ordinal);
        var copy = folder.File(Path.GetFileName(s_unit));
        File.WriteAllText(copy, text.Replace(Program, "/bin/true", StringComparison.Ordinal));
        return copy;
    }

    private static ChildProcess Analyze(params string[] arguments)
    {
        var program = Programs.Find("systemd-analyze");
        Assert.SkipUnless(program is not null, "systemd-analyze is not installed (Debian package systemd)");
        return new(program!, arguments);
    }

    private static async Task<string> HearAsync(Socket notifications)
    {
        var bytes = new byte[4096];
        var length = await notifications.ReceiveAsync(bytes, TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(bytes, 0, length)}");
    }
}
