using System.IO.Compression;
using System.Text;

namespace TechTemp.Integration.Tests.Requests;

/// <summary>JSON and CSV are compressed for clients that accept it, and nothing else changes.</summary>
public sealed class CompressionTests(SharedStacks stacks) : Http.ApiTest(stacks)
{
    [Theory]
    [InlineData("application/json", "br")]
    [InlineData("application/json", "gzip")]
    [InlineData("text/csv", "br")]
    [InlineData("text/csv", "gzip")]
    public async Task Readings_are_compressed_to_a_quarter_or_less(string contentType, string encoding)
    {
        await StoreAllAsync(Enumerable.Range(0, 1_000).Select(minute => $"2025-09-{10 + minute / 1_440:D2}T{minute / 60 % 24:D2}:{minute % 60:D2}:00Z"));
        var path = contentType == "text/csv" ? ReadingsPath : $"{ReadingsPath}?limit=1000";
        var plain = await BytesAsync(path, ("Accept", contentType));
        var packed = await BytesAsync(path, ("Accept", contentType), ("Accept-Encoding", encoding));

        Assert.Equal((null, encoding), (plain.Encoding, packed.Encoding));
        Assert.InRange(packed.Body.Length, 1, plain.Body.Length / 4);
        Assert.Equal(Encoding.UTF8.GetString(plain.Body), Encoding.UTF8.GetString(Unpack(packed.Body, encoding)));
        Assert.All([plain, packed], answer => Assert.Contains("Accept-Encoding", answer.Vary, StringComparison.Ordinal));
        // One that is streamed has no tag; that of a page is weak, since the bytes differ.
        Assert.Equal(plain.Tag, packed.Tag);
        Assert.True(contentType == "text/csv" ? plain.Tag is null : plain.Tag!.StartsWith("W/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_has_an_answer_in_one_encoding_has_it_in_every()
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        var packed = await BytesAsync(ReadingsPath, ("Accept-Encoding", "br"));
        foreach (var encoding in new[] { "br", "gzip", "identity" })
        {
            var same = await Http.GetAsync(ReadingsPath, ("If-None-Match", packed.Tag!), ("Accept-Encoding", encoding));
            Assert.Equal((304, "", packed.Tag, ""), (same.Status, same.Body, same.Header("ETag"), same.Header("Content-Encoding")));
            Assert.Contains("Accept-Encoding", same.Header("Vary"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Errors_and_documents_are_compressed_as_well()
    {
        Assert.Equal("br", (await Http.GetAsync("/openapi/v1.json", ("Accept-Encoding", "br"))).Header("Content-Encoding"));
        Assert.Equal("gzip", (await Http.GetAsync("/api/v1/devices/nobody", ("Accept-Encoding", "gzip"))).Header("Content-Encoding"));
        Assert.Equal("", (await Http.GetAsync("/openapi/v1.json", ("Accept-Encoding", "br;q=0"))).Header("Content-Encoding"));
    }

    [Fact]
    public async Task Parquet_and_the_event_stream_are_not_compressed()
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        Assert.Equal("", (await Http.GetAsync(ReadingsPath, ("Accept", "application/vnd.apache.parquet"), ("Accept-Encoding", "br, gzip"))).Header("Content-Encoding"));
        using var stream = await Http.OpenAsync($"/api/v1/readings/stream?deviceId={Device}", ("Accept-Encoding", "br, gzip"));
        Assert.Empty(stream.Content.Headers.ContentEncoding);
        // Its first event comes at once.
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Assert.Equal("retry: 3000", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    private async Task<(byte[] Body, string? Encoding, string Vary, string? Tag)> BytesAsync(string path, params (string Name, string Value)[] headers)
    {
        using var answer = await Http.OpenAsync(path, headers);
        return (
            await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken),
            answer.Content.Headers.ContentEncoding.SingleOrDefault(),
            string.Join(", ", answer.Headers.Vary),
            answer.Headers.ETag?.ToString());
    }

    private static byte[] Unpack(byte[] body, string encoding)
    {
        using var packed = new MemoryStream(body);
        using Stream unpacking = encoding == "br" ? new BrotliStream(packed, CompressionMode.Decompress) : new GZipStream(packed, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        unpacking.CopyTo(plain);
        return plain.ToArray();
    }
}
