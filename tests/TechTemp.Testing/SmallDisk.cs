using System.Globalization;
using Xunit;

namespace TechTemp.Testing;

/// <summary>A file system of a test's own that can be full or read-only. Skips the test where none can be mounted.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    private SmallDisk()
    {
    }

    private string Filler => File("filler");

    /// <summary>Mounts one.</summary>
    /// <param name="megabytes">Its size.</param>
    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var disk = new SmallDisk();
        var size = string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=777");
        Assert.SkipUnless(await RunAsync("mount", "-t", "tmpfs", "-o", size, "techtemp-test", disk._folder.Path) == 0, "no file system can be mounted (that takes root)");
        return disk;
    }

    /// <summary>The path of a file on it.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Leaves no byte free.</summary>
    public void Fill()
    {
        using var file = System.IO.File.Create(Filler, bufferSize: 1);
        try
        {
            for (var part = new byte[1_024]; ;)
            {
                file.Write(part);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => System.IO.File.Delete(Filler);

    /// <summary>Makes it read-only, or writable again. No file on it may be open for writing when it becomes read-only.</summary>
    public async Task SetReadOnlyAsync(bool readOnly) =>
        Assert.Equal(0, await RunAsync("mount", "-o", readOnly ? "remount,ro" : "remount,rw", _folder.Path));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "-l", _folder.Path);
        _folder.Dispose();
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 1;
        }

        await using var process = new ChildProcess(program, arguments);
        return await process.ExitAsync();
    }
}
