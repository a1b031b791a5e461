using System.Globalization;
using System.Text;

namespace TechTemp.Data.Import;

/// <summary>What of a file was not taken over: how much for each reason, with the first few for examples.</summary>
internal sealed class ImportRefusals
{
    private const int MaxExamples = 3;
    private readonly SortedDictionary<string, (long Count, List<string> Examples)> _byReason = new(StringComparer.Ordinal);

    public void Add(string reason, string example)
    {
        var (count, examples) = _byReason.GetValueOrDefault(reason, (0, []));
        if (count < MaxExamples)
        {
            examples.Add(example);
        }

        _byReason[reason] = (count + 1, examples);
    }

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
