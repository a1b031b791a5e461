using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace TechTemp.Clients.Device.Spool;

/// <summary>
/// A file of the spool, named after its first number (<c>00000001757537685793.spool</c>). A number's place in it follows from the
/// number, so that what failed to be written is written again to the same place.
/// </summary>
internal sealed class SpoolSegment : IDisposable
{
    /// <summary>How many readings a file holds: 144 KiB.</summary>
    public const int Capacity = 4096;

    private const string Extension = ".spool";
    private SafeFileHandle? _handle;

    private SpoolSegment(string path, long first) => (Path, First) = (path, first);

    public string Path { get; }

    /// <summary>The number of its first record.</summary>
    public long First { get; }

    /// <summary>The number after its last record.</summary>
    public long End { get; private set; }

    public bool IsFull => End - First >= Capacity;

    /// <summary>A new file, which is there after a power cut too.</summary>
    public static SpoolSegment Create(string folder, long first)
    {
        var segment = new SpoolSegment(System.IO.Path.Combine(folder, first.ToString("D20", CultureInfo.InvariantCulture) + Extension), first) { End = first };
        PrivateFiles.Open(segment.Path, FileShare.ReadWrite | FileShare.Delete).Dispose();
        segment._handle = OpenHandle(segment.Path, FileMode.Open, FileAccess.ReadWrite);
        FolderSync.Sync(folder);
        return segment;
    }

    /// <summary>The files of a folder, by number.</summary>
    public static List<SpoolSegment> List(string folder)
    {
        var segments = new List<SpoolSegment>();
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            if (long.TryParse(System.IO.Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var first))
            {
                segments.Add(new(path, first) { End = first + Math.Min(Capacity, new FileInfo(path).Length / SpoolRecord.Length) });
            }
        }

        segments.Sort((a, b) => a.First.CompareTo(b.First));
        return segments;
    }

    /// <summary>Opens the last file to go on with it: what a power cut left behind its last whole record is cut off.</summary>
    /// <returns>How many bytes were cut off, and the last record.</returns>
    public (long CutOff, NumberedReading? Last) Resume()
    {
        _handle = OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite);
        NumberedReading? last = null;
        foreach (var numbered in Read(First, Capacity))
        {
            last = numbered;
        }

        End = last is { } l ? l.Seq + 1 : First;
        var whole = (End - First) * SpoolRecord.Length;
        var cutOff = RandomAccess.GetLength(_handle) - whole;
        if (cutOff != 0)
        {
            RandomAccess.SetLength(_handle, whole);
            RandomAccess.FlushToDisk(_handle);
        }

        return (cutOff, last);
    }

    /// <summary>Writes readings with numbers that follow each other; they are on disk when the call returns.</summary>
    public void Write(ReadOnlySpan<NumberedReading> readings)
    {
        var bytes = new byte[readings.Length * SpoolRecord.Length];
        for (var i = 0; i < readings.Length; i++)
        {
            SpoolRecord.Write(bytes.AsSpan(i * SpoolRecord.Length, SpoolRecord.Length), readings[i]);
        }

        RandomAccess.Write(_handle!, bytes, (readings[0].Seq - First) * SpoolRecord.Length);
        RandomAccess.FlushToDisk(_handle!);
        End = readings[^1].Seq + 1;
    }

    /// <summary>The whole records from a number on; damaged ones are left out.</summary>
    public List<NumberedReading> Read(long from, int limit)
    {
        var count = (int)Math.Min(limit, End - from);
        var bytes = new byte[count * SpoolRecord.Length];
        var length = ReadBytes(bytes, (from - First) * SpoolRecord.Length);
        var readings = new List<NumberedReading>(count);
        for (var i = 0; (i + 1) * SpoolRecord.Length <= length; i++)
        {
            if (SpoolRecord.TryRead(bytes.AsSpan(i * SpoolRecord.Length, SpoolRecord.Length), from + i, out var numbered))
            {
                readings.Add(numbered);
            }
        }

        return readings;
    }

    /// <summary>Closes it, when another one is written now.</summary>
    public void Dispose()
    {
        _handle?.Dispose();
        _handle = null;
    }

    private int ReadBytes(Span<byte> bytes, long offset)
    {
        using var own = _handle is null ? OpenHandle(Path, FileMode.Open, FileAccess.Read) : null;
        var length = 0;
        while (length < bytes.Length)
        {
            var read = RandomAccess.Read(_handle ?? own!, bytes[length..], offset + length);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return length;
    }

    private static SafeFileHandle OpenHandle(string path, FileMode mode, FileAccess access) =>
        File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete);
}
