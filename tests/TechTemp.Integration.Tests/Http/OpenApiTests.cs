using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TechTemp.Integration.Tests.Http;

/// <summary>The OpenAPI document and its reference page.</summary>
public sealed class OpenApiTests(SharedStacks stacks) : ApiTest(stacks)
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_document_is_the_committed_one()
    {
        var committed = Repository.File("docs", "openapi.json");
        var served = Normal((await Http.GetAsync("/openapi/v1.json")).Body);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(committed, served, TestContext.Current.CancellationToken);
            return;
        }

        var expected = Normal(await File.ReadAllTextAsync(committed, TestContext.Current.CancellationToken));
        Assert.True(expected == served, "The API has changed. If it was meant to, write docs/openapi.json with UPDATE_SNAPSHOTS=1 and look at the difference.");
    }

    [Fact]
    public async Task Every_operation_has_a_name_a_summary_and_an_example()
    {
        var document = (await Http.GetAsync("/openapi/v1.json")).Json;
        Assert.StartsWith("3.1", (string?)document["openapi"], StringComparison.Ordinal);
        var operations = document["paths"]!.AsObject().Where(path => path.Key.StartsWith("/api/", StringComparison.Ordinal)).SelectMany(path => path.Value!.AsObject()).ToList();
        Assert.NotEmpty(operations);
        Assert.All(operations, operation =>
        {
            Assert.NotEmpty((string)operation.Value!["operationId"]!);
            Assert.NotEmpty((string)operation.Value["summary"]!);
            Assert.Contains("\"example", operation.Value.ToJsonString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Every_operation_with_a_body_says_what_it_answers_to_a_body_that_it_cannot_read()
    {
        var document = (await Http.GetAsync("/openapi/v1.json")).Json;
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Where(operation => operation.Value!["requestBody"] is not null).ToList();
        Assert.NotEmpty(operations);
        Assert.All(operations, operation => Assert.Superset(
            new HashSet<string>(["400", "415"]), operation.Value!["responses"]!.AsObject().Select(response => response.Key).ToHashSet()));
    }

    [Fact]
    public async Task The_reference_page_answers()
    {
        var page = await Http.GetAsync("/scalar");
        page = page.Status is >= 300 and < 400 ? await Http.GetAsync(new Uri(new("http://any/"), page.Header("Location")).AbsolutePath) : page;

        Assert.Equal(200, page.Status);
        Assert.StartsWith("text/html", page.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Contains("TechTemp API", page.Body, StringComparison.Ordinal);
    }

    private static string Normal(string json) => JsonNode.Parse(json)!.ToJsonString(s_indented) + "\n";
}
