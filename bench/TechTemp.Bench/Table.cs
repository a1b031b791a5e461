using System.Diagnostics;

namespace TechTemp.Bench;

/// <summary>What was measured, a row for each question.</summary>
public sealed class Table
{
    private readonly List<(string What, string Figure, string Against)> _rows = [];

    public void Add(string what, string figure, string against = "") => _rows.Add((what, figure, against));

    public void Print()
    {
        var (first, second) = (_rows.Max(r => r.What.Length), _rows.Max(r => r.Figure.Length));
        foreach (var (what, figure, against) in _rows.Prepend(("what", "measured", "against")))
        {
            Console.WriteLine($"| {what.PadRight(first)} | {figure.PadRight(second)} | {against} |");
        }
    }

    /// <summary>The median time of some runs, in milliseconds.</summary>
    public static double Median(int runs, Action run) => Median([.. Enumerable.Range(0, runs).Select(_ => Time(run))]);

    public static double Median(IReadOnlyList<double> values) => values.Order().ElementAt(values.Count / 2);

    public static double Time(Action run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public static async Task<double> TimeAsync(Func<Task> run)
    {
        var start = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
