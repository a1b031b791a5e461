using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TechTemp.Integration.Tests.Former;

/// <summary>What the API of the previous version answered.</summary>
/// <param name="Path">The path and query.</param>
/// <param name="Accept">The <c>Accept</c> header; null for none.</param>
/// <param name="Status">The status code.</param>
/// <param name="Type">The <c>Content-Type</c>.</param>
/// <param name="Body">The body; of a Parquet file in base64.</param>
internal sealed record FormerAnswer(string Path, string? Accept, int Status, string Type, string Body);

/// <summary>How far answers of two versions agree.</summary>
/// <param name="Differences">What differs, one line each; empty when all agree.</param>
/// <param name="Means">How many means of buckets were compared.</param>
/// <param name="OtherMeans">How many of them are not the same to the last digit.</param>
/// <param name="Farthest">The greatest relative distance of two means.</param>
internal sealed record Agreement(IReadOnlyList<string> Differences, int Means, int OtherMeans, double Farthest);

/// <summary>Records answers, and compares those of another version with them: byte for byte, but for the means of buckets and what the clock decides; of Parquet files the rows.</summary>
internal static partial class FormerAnswers
{
    /// <summary>Two means are the same when their relative distance is at most this: sums of floating point depend on their order.</summary>
    public const double Tolerance = 1e-9;

    private const decimal Thousandth = 0.001m;
    private const string Parquet = "application/vnd.apache.parquet";

    // Of the server, not of the store; or counted from now; or of sealing and workers, which the former version does not know.
    private static readonly string[] s_ofTheClock = ["version", "started_at", "status", "checks", "readings", "store", "clocks", "sealing", "workers"];

    /// <summary>Asks the API.</summary>
    public static async Task<FormerAnswer> AskAsync(ApiClient http, string path, string? accept)
    {
        if (accept == Parquet)
        {
            using var file = await http.OpenAsync(path, ("Accept", accept));
            var bytes = await file.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            return new(path, accept, (int)file.StatusCode, file.Content.Headers.ContentType!.ToString(), Convert.ToBase64String(bytes));
        }

        var answer = accept is null ? await http.GetAsync(path) : await http.GetAsync(path, ("Accept", accept));
        return new(path, accept, answer.Status, answer.Header("Content-Type"), answer.Body);
    }

    /// <summary>Writes answers to a file: Brotli of a JSON object a line.</summary>
    public static void Write(string path, IEnumerable<FormerAnswer> answers)
    {
        using var file = File.Create(path);
        using var compressed = new BrotliStream(file, CompressionLevel.SmallestSize);
        using var text = new StreamWriter(compressed);
        foreach (var answer in answers)
        {
            text.Write(JsonSerializer.Serialize(answer) + "\n");
        }
    }

    /// <summary>Reads answers from a file.</summary>
    public static IReadOnlyList<FormerAnswer> Read(string path)
    {
        using var text = new StreamReader(new BrotliStream(File.OpenRead(path), CompressionMode.Decompress));
        var answers = new List<FormerAnswer>();
        while (text.ReadLine() is { } line)
        {
            answers.Add(JsonSerializer.Deserialize<FormerAnswer>(line)!);
        }

        return answers;
    }

    /// <summary>Asks the API the same again and compares.</summary>
    public static async Task<Agreement> CompareAsync(IEnumerable<FormerAnswer> former, ApiClient http)
    {
        var agreement = new Agreement([], 0, 0, 0);
        foreach (var answer in former)
        {
            agreement = Add(agreement, await WithRowsAsync(answer), await WithRowsAsync(await AskAsync(http, answer.Path, answer.Accept)));
        }

        return agreement;
    }

    private static async Task<FormerAnswer> WithRowsAsync(FormerAnswer answer) =>
        answer.Type == Parquet ? answer with { Body = await ParquetText.OfAsync(Convert.FromBase64String(answer.Body)) } : answer;

    private static Agreement Add(Agreement agreement, FormerAnswer former, FormerAnswer now)
    {
        var ((before, beforeMeans), (after, afterMeans)) = (Comparable(former), Comparable(now));
        if (former.Status != now.Status || former.Type != now.Type || before != after)
        {
            return agreement with { Differences = [.. agreement.Differences, $"{former.Path} {former.Accept}\n  was {former.Status} {former.Type} {Around(before, after)}\n  is  {now.Status} {now.Type} {Around(after, before)}"] };
        }

        // As many, as the rest of the text is the same.
        var distances = beforeMeans.Zip(afterMeans).Select(pair => former.Accept is null ? Distance(pair.First, pair.Second) : RoundedDistance(pair.First, pair.Second)).ToList();
        var farthest = distances.DefaultIfEmpty().Max();
        return new(
            farthest <= Tolerance ? agreement.Differences : [.. agreement.Differences, string.Create(CultureInfo.InvariantCulture, $"{former.Path} {former.Accept}: a mean is {farthest:E1} away")],
            agreement.Means + distances.Count,
            agreement.OtherMeans + beforeMeans.Zip(afterMeans).Count(pair => pair.First != pair.Second),
            Math.Max(agreement.Farthest, farthest));
    }

    // The body without the means of buckets and without what the clock decides; and the means.
    private static (string Text, IReadOnlyList<string> Means) Comparable(FormerAnswer answer)
    {
        var means = new List<string>();
        if (answer.Path == "/api/v1/system")
        {
            var system = JsonNode.Parse(answer.Body)!;
            foreach (var field in s_ofTheClock)
            {
                system["data"]!.AsObject().Remove(field);
            }

            return (system.ToJsonString(), means);
        }

        // A gap that the device is still in lasts until now.
        return !answer.Path.Contains("bucket=", StringComparison.Ordinal) ? (OpenGap().Replace(answer.Body, "${gap}"), means)
            : ((answer.Accept is not null ? CsvMean() : JsonMean()).Replace(
                answer.Body,
                mean =>
                {
                    means.Add(mean.Value);
                    return "~";
                }), means);
    }

    private static double Distance(string one, string other)
    {
        var (a, b) = (double.Parse(one, CultureInfo.InvariantCulture), double.Parse(other, CultureInfo.InvariantCulture));
        return a == b ? 0 : Math.Abs(a - b) / Math.Max(Math.Abs(a), Math.Abs(b));
    }

    // An export rounds means to thousandths: one that lies halfway between two of them is either.
    private static double RoundedDistance(string one, string other) =>
        Math.Abs(decimal.Parse(one, CultureInfo.InvariantCulture) - decimal.Parse(other, CultureInfo.InvariantCulture)) == Thousandth ? 0 : Distance(one, other);

    private static string Around(string text, string other)
    {
        var same = text.AsSpan().CommonPrefixLength(other);
        var start = Math.Max(0, same - 80);
        return string.Create(CultureInfo.InvariantCulture, $"…{text[start..Math.Min(text.Length, same + 160)].ReplaceLineEndings(" ")}… ({text.Length} characters, from {same} on)");
    }

    [GeneratedRegex("""(?<="(temperature|humidity)":)-?[0-9][^,}]*""", RegexOptions.ExplicitCapture)]
    private static partial Regex JsonMean();

    // The second and the fifth field of a line that begins with a time.
    [GeneratedRegex("""(?<=^[0-9]{4}-[^,\n]*,([^,\n]*,[^,\n]*,[^,\n]*,)?)-?[0-9][^,\r\n]*(?=,[^,\n]*,[^,\n]*,)""", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex CsvMean();

    [GeneratedRegex("(?<gap>\"to\":null,\"duration\":)\"[^\"]*\"", RegexOptions.ExplicitCapture)]
    private static partial Regex OpenGap();
}
