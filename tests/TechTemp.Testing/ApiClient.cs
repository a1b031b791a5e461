using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace TechTemp.Testing;

/// <summary>Asks one of our programs over HTTP, and keeps of its answers what tests look at.</summary>
public sealed class ApiClient(Uri address)
{
    // Answers are looked at as they are sent: nothing follows a redirect or adds a header of its own.
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>GET.</summary>
    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, null, null, headers);

    /// <summary>GET; null when nobody answers.</summary>
    public async Task<Answer?> TryGetAsync(string path)
    {
        try
        {
            return await GetAsync(path);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>The <c>data</c> of a GET that succeeds.</summary>
    public async Task<JsonNode> DataAsync(string path)
    {
        var answer = await GetAsync(path);
        Assert.Equal(200, answer.Status);
        return answer.Data;
    }

    /// <summary>A GET that succeeds, for whoever reads its body as it comes; returns when the answer has begun.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, path));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await s_http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)response.StatusCode);
        return response;
    }

    /// <summary>POST of JSON.</summary>
    public Task<Answer> PostAsync(string path, object body) => SendAsync("POST", path, Json(body), "application/json");

    /// <summary>PUT of JSON.</summary>
    public Task<Answer> PutAsync(string path, object body) => SendAsync("PUT", path, Json(body), "application/json");

    /// <summary>DELETE.</summary>
    public Task<Answer> DeleteAsync(string path) => SendAsync("DELETE", path);

    /// <summary>Opens the live stream; returns when its answer has begun.</summary>
    /// <param name="query">Its query, with the question mark.</param>
    /// <param name="lastEventId">The id of the last event that came; null for none.</param>
    public Task<EventStream> ListenAsync(string query = "", string? lastEventId = null) =>
        EventStream.OpenAsync(new(address, $"/api/v1/readings/stream{query}"), lastEventId);

    /// <summary>Any request.</summary>
    public async Task<Answer> SendAsync(string method, string path, string? body = null, string? contentType = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(address, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await s_http.SendAsync(request, TestContext.Current.CancellationToken);
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new((int)response.StatusCode, all, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static string Json(object body) => body as string ?? JsonSerializer.Serialize(body);
}

/// <summary>An answer.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Headers">Every header.</param>
/// <param name="Body">The body.</param>
public sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The body as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>Its <c>data</c>.</summary>
    public JsonNode Data => Json["data"]!;

    /// <summary>The answer as a failed test shows it. A record's own text would parse the body, which may not be JSON.</summary>
    public override string ToString() => $"{Status} {Header("Content-Type")}\n{(Body.Length == 0 ? "(no body)" : Body)}".Trim();

    /// <summary>A header; empty when absent.</summary>
    public string Header(string name) => Headers.GetValueOrDefault(name, "");
}
