using System.Globalization;

namespace TechTemp.Load;

/// <summary>What the kernel counts of a process (proc(5)).</summary>
/// <param name="processId">It must be running.</param>
internal sealed class ProcessFigures(int processId)
{
    // USER_HZ, which is 100 wherever .NET runs.
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of processor time so far, its own and the kernel's for it.</summary>
    public double CpuSeconds
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            // The name, in brackets, may have anything in it. After it the state comes first, field 3; utime is 14, stime 15.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    /// <summary>The memory that it has in use, MB.</summary>
    public double Resident => Megabytes("status", "VmRSS:");

    /// <summary>The most memory that it has had in use, MB.</summary>
    public double Peak => Megabytes("status", "VmHWM:");

    /// <summary>The memory that it has in use, what it shares with other processes divided among them, MB.</summary>
    public double Proportional => Megabytes("smaps_rollup", "Pss:");

    private double Megabytes(string file, string field)
    {
        var line = File.ReadLines($"/proc/{processId}/{file}").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}
