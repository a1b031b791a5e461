using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Documents;

/// <summary>The requests in docs/http are requests that the API has.</summary>
public sealed partial class HttpFilesTests
{
    // The routes of every host, which the OpenAPI document of the API leaves out.
    private static readonly string[] s_others = ["/health", "/alive", "/openapi/v1.json"];

    public static TheoryData<string> Files => [.. Directory.GetFiles(Repository.File("docs", "http"), "*.http").Select(file => Path.GetFileName(file)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_request_is_one_that_the_OpenAPI_document_has(string file)
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(Repository.File("docs", "openapi.json"), TestContext.Current.CancellationToken))!;
        var text = await File.ReadAllTextAsync(Repository.File("docs", "http", file), TestContext.Current.CancellationToken);
        var requests = Request().Matches(text);
        Assert.NotEmpty(requests);
        foreach (var (method, path) in requests.Select(r => (r.Groups[1].Value, r.Groups[2].Value)).Where(r => !s_others.Contains(r.Item2)))
        {
            // A path without a placeholder comes first (OpenAPI 3.1, section 4.8.8.2).
            var route = document["paths"]!.AsObject().Where(p => Regex.IsMatch(path, $"^{Placeholder().Replace(p.Key, "[^/]+")}$")).OrderBy(p => p.Key.Count(c => c == '{')).FirstOrDefault();
            Assert.True(route.Value?[method.ToLowerInvariant()] is not null, $"{file}: there is no {method} {path}");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_JSON_body_is_JSON(string file)
    {
        var text = await File.ReadAllTextAsync(Repository.File("docs", "http", file), TestContext.Current.CancellationToken);
        foreach (Match body in JsonBody().Matches(text))
        {
            Assert.NotNull(JsonNode.Parse(body.Groups[1].Value));
        }
    }

    [GeneratedRegex(@"^(GET|POST|PUT|PATCH|DELETE) \{\{host\}\}([^?\s]*)", RegexOptions.Multiline)]
    private static partial Regex Request();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^Content-Type: application/(?:merge-patch\+)?json\n\n(.*?)(?=\n###|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex JsonBody();
}
