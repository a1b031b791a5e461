using TechTemp.Testing.Otlp;

namespace TechTemp.Dashboard.Tests.Telemetry;

/// <summary>The tables of docs/telemetry.md that what is exported is compared with.</summary>
internal static class TelemetryDocument
{
    private static readonly string[] s_kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"];

    /// <summary>The programs: project, service name, and the signals that each exports.</summary>
    public static IReadOnlyList<(string Program, string Service, string[] Signals)> Programs() =>
        [.. Rows("programs").Select(cells => (cells[0], cells[1], cells[2].Split(", ")))];

    /// <summary>The attributes of each span, in order.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Spans() => Rows("spans")
        .ToDictionary(cells => $"{cells[1]}: {cells[0]} ({cells[2]})", IReadOnlyList<string> (cells) => [.. cells[3].Split(", ").Order()]);

    /// <summary>What an exported span is in <see cref="Spans"/>.</summary>
    public static string Key(ExportedSpan span)
    {
        // One row for all tables.
        var name = span.Scope == "TechTemp.Data" ? "{operation} {table}" : span.Name;
        return $"{span.Scope}: {name} ({s_kinds[span.Kind]})";
    }

    private static IEnumerable<string[]> Rows(string section) => File.ReadLines(Repository.File("docs", "telemetry.md"))
        .SkipWhile(line => line != $"<!-- {section} -->").TakeWhile(line => line != $"<!-- /{section} -->")
        .Where(line => line.StartsWith('|')).Skip(2)
        .Select(line => line.Replace("`", "", StringComparison.Ordinal).Split('|', StringSplitOptions.TrimEntries)[1..^1]);
}
