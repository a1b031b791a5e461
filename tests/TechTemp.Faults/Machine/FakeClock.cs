using System.Globalization;
using Xunit;

namespace TechTemp.Faults.Machine;

/// <summary>The time of day of processes, set from outside while they run: libfaketime, which the settings preload. Their monotonic clock stays right.</summary>
internal sealed class FakeClock : IDisposable
{
    private const string Library = "libfaketimeMT.so.1";

    private readonly string _library;
    private readonly string _file;

    private FakeClock(string library, string file) => (_library, _file) = (library, file);

    /// <summary>The environment of a process that is to have it.</summary>
    public IEnumerable<(string Name, string Value)> Settings =>
    [
        ("LD_PRELOAD", _library),
        ("FAKETIME_TIMESTAMP_FILE", _file),
        // The library reads it again at each call.
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("NO_FAKE_STAT", "1"),
    ];

    /// <summary>A clock that is right; skips the row where the library is missing.</summary>
    public static FakeClock Create(FaultRun run)
    {
        var library = Directory.Exists("/usr/lib") ? Directory.EnumerateFiles("/usr/lib", Library, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }).FirstOrDefault() : null;
        Assert.SkipWhen(library is null, $"{Library} is missing (Debian: faketime).");
        var clock = new FakeClock(library, Path.Combine(run.Folder, "clock"));
        clock.Set(null);
        return clock;
    }

    /// <summary>Sets the time of day, from which on it runs; null for the right one.</summary>
    public void Set(DateTimeOffset? now)
    {
        var offset = now is null ? TimeSpan.Zero : now.Value - TimeProvider.System.GetUtcNow();
        // Renamed into place: a process may read at any moment.
        File.WriteAllText(_file + ".new", string.Create(CultureInfo.InvariantCulture, $"{(offset < TimeSpan.Zero ? "" : "+")}{offset.TotalSeconds:F0}\n"));
        File.Move(_file + ".new", _file, overwrite: true);
    }

    /// <inheritdoc />
    public void Dispose() => File.Delete(_file);
}
