using System.Text.Json.Nodes;

namespace TechTemp.Clients.Tests;

/// <summary>The OpenAPI document as others' tools judge it. That it is the one that the API serves is tested in TechTemp.Integration.Tests.</summary>
public sealed class DocumentTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Spectral_finds_no_error() => InFolderAsync(async (folder, document) =>
        await NodeTools.SucceedAsync(folder, "spectral", "lint", document, "--ruleset", "spectral.yaml", "--fail-severity", "error", "--display-only-failures"));

    [Fact]
    public Task Redocly_finds_no_error() => InFolderAsync(async (folder, document) =>
        await NodeTools.SucceedAsync(folder, "redocly", "lint", document, "--config", "redocly.yaml"));

    [Theory]
    [InlineData("spectral", "/paths/~1api~1v1~1devices~1{uid}/get/responses/200/content/application~1json/example/data/status", "\"asleep\"")]
    [InlineData("redocly", "/paths/~1api~1v1~1devices~1{uid}/get/responses/200/content/application~1json/example/data/created_at", "17")]
    [InlineData("redocly", "/paths/~1api~1v1~1readings/post/requestBody/content/application~1json/example/temperature", "\"21\"")]
    public Task An_example_that_its_schema_does_not_allow_would_be_found(string tool, string place, string wrong) => InFolderAsync(async (folder, document) =>
    {
        var json = JsonNode.Parse(await File.ReadAllTextAsync(document, Cancel))!;
        var path = place.Split('/')[1..].Select(part => part.Replace("~1", "/", StringComparison.Ordinal)).ToList();
        path[..^1].Aggregate(json, (node, part) => node[part]!)[path[^1]] = JsonNode.Parse(wrong);
        var broken = Path.Combine(folder, "broken.json");
        await File.WriteAllTextAsync(broken, json.ToJsonString(), Cancel);

        string[] arguments = tool == "spectral" ? ["lint", broken, "--ruleset", "spectral.yaml", "--fail-severity", "error"] : ["lint", broken, "--config", "redocly.yaml"];
        var (exitCode, output) = await NodeTools.RunAsync(folder, tool, arguments);
        Assert.True(exitCode != 0, output);
        Assert.Contains("example", output, StringComparison.OrdinalIgnoreCase);
    });

    private static async Task InFolderAsync(Func<string, string, Task> use)
    {
        var folder = await NodeTools.NewFolderAsync();
        try
        {
            await use(folder, Repository.File("docs", "openapi.json"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
