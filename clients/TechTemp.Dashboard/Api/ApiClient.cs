using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace TechTemp.Dashboard.Api;

/// <summary>
/// The HTTP API of TechTemp (its document: docs/openapi.json), as far as the pages need it. Every method fails with
/// <see cref="ApiException"/>, whose message can be shown.
/// </summary>
public sealed partial class ApiClient(ApiConnection connection)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The address of the API as this program reaches it.</summary>
    public Uri Address => connection.Address;

    /// <summary>The newest reading of each device.</summary>
    public Task<IReadOnlyList<LatestReading>> LatestAsync(CancellationToken cancellationToken = default) =>
        DataAsync<IReadOnlyList<LatestReading>>("/api/v1/readings/latest", cancellationToken);

    /// <summary>The newest reading of one device; null when it has none.</summary>
    public async Task<LatestReading?> LatestAsync(string uid, CancellationToken cancellationToken = default) =>
        await DataAsync<IReadOnlyList<LatestReading>>($"/api/v1/readings/latest?deviceId={Uri.EscapeDataString(uid)}", cancellationToken) is [var reading, ..] ? reading : null;

    /// <summary>Every device, page by page, by uid.</summary>
    public async IAsyncEnumerable<Device> DevicesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await SendAsync<DevicePage>(HttpMethod.Get, $"/api/v1/devices?limit=1000{(cursor.Length == 0 ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", null, cancellationToken);
            foreach (var device in page.Data)
            {
                yield return device;
            }

            cursor = page.NextCursor;
        }
    }

    /// <summary>One device; null when there is none of that uid.</summary>
    public async Task<Device?> DeviceAsync(string uid, CancellationToken cancellationToken = default)
    {
        try
        {
            return await DataAsync<Device>(DevicePath(uid), cancellationToken);
        }
        catch (ApiException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Every room, by name.</summary>
    public Task<IReadOnlyList<Room>> RoomsAsync(CancellationToken cancellationToken = default) =>
        DataAsync<IReadOnlyList<Room>>("/api/v1/rooms", cancellationToken);

    /// <summary>Server status.</summary>
    public Task<SystemCondition> SystemAsync(CancellationToken cancellationToken = default) =>
        DataAsync<SystemCondition>("/api/v1/system", cancellationToken);

    /// <summary>Buckets of a device or room over a period, newest first.</summary>
    /// <param name="source">Which device or room.</param>
    /// <param name="from">First moment.</param>
    /// <param name="to">Last moment.</param>
    /// <param name="bucket"><c>hour</c>, <c>day</c> or an ISO 8601 duration that is a multiple of PT15M.</param>
    /// <param name="zone">The zone of day buckets, an IANA name.</param>
    /// <param name="quantities">The keys of the quantities that are wanted, with commas between; null for every one that was measured.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<Bucket>> BucketsAsync(
        SeriesSource source, DateTimeOffset from, DateTimeOffset to, string bucket, string zone, string? quantities = null, CancellationToken cancellationToken = default) =>
        DataAsync<IReadOnlyList<Bucket>>(
            $"{source.Path}?from={Time(from)}&to={Time(to)}&bucket={bucket}&tz={Uri.EscapeDataString(zone)}{(quantities is null ? "" : $"&quantities={quantities}")}", cancellationToken);

    /// <summary>A time as a query has it.</summary>
    public static string Time(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The <c>data</c> of a GET.</summary>
    public async Task<T> DataAsync<T>(string path, CancellationToken cancellationToken = default) =>
        (await SendAsync<Envelope<T>>(HttpMethod.Get, path, null, cancellationToken)).Data;

    /// <summary>Any request with an answer in JSON.</summary>
    /// <param name="method">GET, POST, PUT or DELETE.</param>
    /// <param name="path">Path and query, beginning with <c>/api/v1</c>.</param>
    /// <param name="body">What is sent as JSON in snake_case; null for none. A dictionary's keys are sent as they are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, connection.At(path));
        request.Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: s_json);
        try
        {
            using var response = await connection.Http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw await ProblemAsync(response, cancellationToken);
            }

            return (await response.Content.ReadFromJsonAsync<T>(s_json, cancellationToken))!;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ApiException(null, e.Message, e);
        }
    }

    /// <summary>A reading of the stream's <c>data</c>.</summary>
    internal static LatestReading? Reading(ReadOnlySpan<byte> data) => JsonSerializer.Deserialize<LatestReading>(data, s_json);

    private static async Task<ApiException> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            var problem = JsonSerializer.Deserialize<Problem>(body, s_json);
            return new(response.StatusCode, problem?.Error ?? problem?.Detail ?? $"HTTP {(int)response.StatusCode}") { Errors = problem?.Errors ?? [] };
        }
        catch (JsonException)
        {
            // A proxy in between answers in its own way.
            return new(response.StatusCode, $"HTTP {(int)response.StatusCode}");
        }
    }

    private sealed record Envelope<T>(T Data);

    private sealed record DevicePage(IReadOnlyList<Device> Data, string? NextCursor);

    private sealed record Problem(string? Error, string? Detail, Dictionary<string, string[]>? Errors);
}

/// <summary>The API did not do what was asked.</summary>
/// <param name="status">What it answered; null when it did not answer.</param>
/// <param name="message">Why, in the API's words.</param>
/// <param name="inner">What went wrong on the way.</param>
public sealed class ApiException(HttpStatusCode? status, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What it answered; null when it did not answer.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>What is wrong with each field of the request, each text beginning with the field's name; empty when it is about no field.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; init; } = new Dictionary<string, string[]>();
}
