using Xunit;

namespace TechTemp.Faults.Machine;

/// <summary>
/// A disk that can be made to fail: its blocks lie in a smaller file system, and while that is full no block that holds
/// nothing yet can be written. The kernel takes the write, and says on the next sync that it failed.
/// </summary>
internal sealed class FailingDisk : IAsyncDisposable
{
    private readonly SmallDisk _medium;
    private readonly TempFolder _folder = new();
    private string? _device;

    private FailingDisk(SmallDisk medium) => _medium = medium;

    private string Image => _medium.File("disk");

    /// <summary>Mounts one. Skips the fault where none can be.</summary>
    /// <param name="megabytes">Its size.</param>
    public static async Task<FailingDisk> MountAsync(int megabytes)
    {
        var disk = new FailingDisk(await SmallDisk.MountAsync(megabytes + 8));
        try
        {
            await Command.RunAsync("truncate", "-s", $"{megabytes}M", disk.Image);
            Assert.SkipUnless(await Command.TryAsync("mkfs.ext4", "-q", "-F", "-b", "4096", "-J", "size=4", "-N", "64", disk.Image), "mkfs.ext4 does not work here");
            // All blocks get their place in the medium, and those of no file give it back: the file system itself is safe.
            await Command.RunAsync("fallocate", "-l", $"{megabytes}M", disk.Image);
            await disk.PlugAsync();
            await Command.RunAsync("fstrim", disk._folder.Path);
            return disk;
        }
        catch
        {
            await disk.DisposeAsync();
            throw;
        }
    }

    /// <summary>The path of a file on it.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Makes it fail.</summary>
    public void Break() => _medium.Fill();

    /// <summary>Makes it work again.</summary>
    public void Mend() => _medium.Free();

    /// <summary>Takes it away and brings it back: what the kernel has and the disk has not is gone, as by a power cut.</summary>
    public async Task ReplugAsync()
    {
        await Command.RunAsync("umount", _folder.Path);
        await Command.RunAsync("losetup", "-d", _device!);
        await PlugAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Command.TryAsync("umount", "-l", _folder.Path);
        if (_device is not null)
        {
            await Command.TryAsync("losetup", "-d", _device);
        }

        await _medium.DisposeAsync();
        _folder.Dispose();
    }

    private async Task PlugAsync()
    {
        Assert.SkipUnless(await Command.TryAsync("losetup", "-f"), "there is no loop device (that takes root)");
        _device = await Command.RunAsync("losetup", "-f", "--show", Image);
        // One block at a time: of a longer write that succeeds in part the kernel says that it has succeeded.
        await System.IO.File.WriteAllTextAsync($"/sys/block/{Path.GetFileName(_device)}/queue/max_sectors_kb", "4");
        // dioread_lock: ext4 would otherwise never mark as written what is written again after it has failed.
        Assert.SkipUnless(await Command.TryAsync("mount", "-o", "errors=continue,dioread_lock", _device, _folder.Path), "no loop device can be mounted");
    }
}
