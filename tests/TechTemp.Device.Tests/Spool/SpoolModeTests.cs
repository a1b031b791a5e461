using Microsoft.Extensions.Logging.Abstractions;
using TechTemp.Clients.Device.Spool;

namespace TechTemp.Clients.Device.Tests.Spool;

/// <summary>Who can read what a device has measured.</summary>
public sealed class SpoolModeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_spool_is_for_its_device_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        var folder = _folder.File("var/spool");
        using var spool = ReadingSpool.Open(folder, 1_000, TimeProvider.System, NullLogger.Instance);
        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(Own | UnixFileMode.UserExecute, Mode(_folder.File("var")));
        Assert.Equal(Own | UnixFileMode.UserExecute, Mode(folder));
        var files = Directory.GetFiles(folder);
        Assert.Equal(2, files.Length);
        Assert.All(files, file => Assert.Equal(Own, Mode(file)));
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);
}
