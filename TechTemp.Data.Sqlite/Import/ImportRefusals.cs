using System.Globalization;
using System.Text;
using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.Data.Sqlite.Import;

/// <summary>What of a file was not taken over: how much for each reason, with the first few for examples.</summary>
internal sealed class ImportRefusals
{
    private const int MaxExamples = 3;
    private const int LongestExample = 300;

    private readonly SortedDictionary<string, (long Count, List<string> Examples)> _byReason = new(StringComparer.Ordinal);

    public void Add(string reason, string example)
    {
        var (count, examples) = _byReason.GetValueOrDefault(reason, (0, []));
        if (count < MaxExamples)
        {
            examples.Add(Printed(example));
        }

        _byReason[reason] = (count + 1, examples);
    }

    // What a file says is neither another line of this report nor longer than one.
    private static string Printed(string example) =>
        PlainText.Escape(example.Length <= LongestExample ? example : string.Concat(example.AsSpan(0, LongestExample), "…"));

    /// <summary>A line for each reason, and one for each example.</summary>
    public void WriteTo(StringBuilder report)
    {
        foreach (var (reason, (count, examples)) in _byReason)
        {
            report.Append(CultureInfo.InvariantCulture, $"\nNot taken over, {reason}: {count:N0}, for example");
            foreach (var example in examples)
            {
                report.Append(CultureInfo.InvariantCulture, $"\n  {example}");
            }
        }
    }
}
