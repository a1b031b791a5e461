namespace TechTemp.Testing;

/// <summary>
/// This machine's network interfaces, which one test program at a time may rely on or change. A container brings interfaces and
/// takes them away again, and each time Chromium ends the requests that are under way, to 127.0.0.1 as well, with
/// ERR_NETWORK_CHANGED; it has no setting against that, and test projects run side by side.
/// </summary>
public sealed class NetworkInterfaces : IDisposable
{
    // As long as all tests that change them may take.
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    // Locked as long as it is open; the kernel unlocks it when the process ends, however it does.
    private readonly FileStream _held;

    private NetworkInterfaces(FileStream held) => _held = held;

    /// <summary>Waits until no other test program holds them.</summary>
    public static async Task<NetworkInterfaces> HoldAsync() =>
        new((await Eventually.ResultAsync(() => Task.FromResult(TryLock()), held => held is not null, "the network interfaces are free", s_deadline, interval: s_interval))!);

    /// <inheritdoc />
    public void Dispose() => _held.Dispose();

    // A file for each user: one of another's cannot be opened in a folder that all share.
    private static FileStream? TryLock()
    {
        try
        {
            return new(Path.Combine(Path.GetTempPath(), $"techtemp-network-interfaces-{Environment.UserName}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
