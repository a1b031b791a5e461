namespace TechTemp.Faults.Machine;

/// <summary>
/// A small file system of the run's own that can be filled up. Filled, a tmpfs answers that there is no space; a disk whose
/// own medium is such a tmpfs (thinly provisioned, so to speak) promises space and then fails to write, which is an I/O error.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _filler;
    private readonly List<string> _mounts = [];

    private SmallDisk(string medium) => _filler = Path.Combine(medium, "filler");

    /// <summary>A disk that gets full.</summary>
    /// <param name="folder">Where it is mounted.</param>
    /// <param name="megaBytes">Its size.</param>
    public static async Task<SmallDisk> MountAsync(string folder, int megaBytes)
    {
        var disk = new SmallDisk(folder);
        await disk.MountAsync("tmpfs", folder, "-t", "tmpfs", "-o", $"size={megaBytes}m");
        return disk;
    }

    /// <summary>A disk that fails to write what is new to it; the blocks of its file system itself are safe.</summary>
    /// <param name="folder">Where it is mounted.</param>
    /// <param name="medium">Where its medium is mounted.</param>
    /// <param name="megaBytes">Its size.</param>
    public static async Task<SmallDisk> MountFailingAsync(string folder, string medium, int megaBytes)
    {
        var disk = new SmallDisk(medium);
        try
        {
            await disk.MountAsync("tmpfs", medium, "-t", "tmpfs", "-o", $"size={megaBytes + 8}m");
            var image = Path.Combine(medium, "disk");
            await Command.RunAsync("truncate", "-s", $"{megaBytes}M", image);
            FaultRun.Require(await Command.TryAsync("mkfs.ext4", "-q", "-F", "-J", "size=4", "-N", "64", image), "mkfs.ext4 does not work here");
            // Every block has its place in the medium, and those that no file has yet give theirs back.
            await Command.RunAsync("fallocate", "-l", $"{megaBytes}M", image);
            await disk.MountAsync(image, folder, "-o", "loop,errors=continue");
            await Command.RunAsync("fstrim", folder);
            return disk;
        }
        catch
        {
            await disk.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes what space there is.</summary>
    public void Fill()
    {
        var block = new byte[64 * 1024];
        try
        {
            using var filler = new FileStream(_filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives it back.</summary>
    public void Empty() => File.Delete(_filler);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Empty();
        foreach (var folder in Enumerable.Reverse(_mounts))
        {
            await Command.RunAsync("umount", folder);
        }
    }

    private async Task MountAsync(string source, string folder, params IEnumerable<string> options)
    {
        Directory.CreateDirectory(folder);
        FaultRun.Require(await Command.TryAsync("mount", [.. options, source, folder]), "file systems cannot be mounted here; that takes root");
        _mounts.Add(folder);
    }
}
