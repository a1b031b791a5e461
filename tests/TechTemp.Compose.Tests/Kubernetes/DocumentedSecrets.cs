using System.Text.RegularExpressions;

namespace TechTemp.Compose.Tests.Kubernetes;

/// <summary>The commands of docs/operations.md that make Secrets of the files that ./credentials makes.</summary>
internal static partial class DocumentedSecrets
{
    /// <summary>The file of each Secret's key.</summary>
    public static async Task<Dictionary<(string Secret, string Key), string>> ReadAsync()
    {
        var text = await File.ReadAllTextAsync(Repository.File("docs", "operations.md"), TestContext.Current.CancellationToken);
        return Command().Matches(text).Select(match => (Secret: match.Groups["secret"].Value, Key: match.Groups["key"].Value, File: match.Groups["file"].Value)).Distinct()
            .ToDictionary(secret => (secret.Secret, secret.Key), secret => secret.File);
    }

    [GeneratedRegex(@"create secret generic (?<secret>[a-z-]+) --from-file=(?<key>\w+)=\.\./compose/secrets/(?<file>\w+)")]
    private static partial Regex Command();
}
