using System.Globalization;

namespace TechTemp.Integration.Tests.Http;

/// <summary>Files of more readings than anybody would want in memory.</summary>
public sealed class LargeExportTests : IAsyncLifetime
{
    private const int Rows = 2_100_000;
    private const string Path = "/api/v1/devices/s1/readings";

    private ApiOverStore _api = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiOverStore.StartAsync();
        await _api.StoreAsync("s1", ("2019-01-01T00:00:00Z", 21, 50));
        StoreFile.Fill(_api.StorePath, "s1", Rows);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_file_is_written_as_it_is_read_and_takes_no_memory_for_its_length()
    {
        await SizeAsync($"{Path}?to=2021-01-01", "text/csv");
        var before = _api.Api.MemoryMiB;
        var csv = await SizeAsync(Path, "text/csv");
        var afterCsv = _api.Api.MemoryMiB;
        await SizeAsync(Path, "application/vnd.apache.parquet");
        var afterParquet = _api.Api.MemoryMiB;

        Assert.True(csv > 80_000_000, $"The file has only {csv} bytes");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Memory of the API: {before:F0} MiB, after {csv / 1e6:F0} MB of CSV {afterCsv:F0} MiB, after Parquet {afterParquet:F0} MiB"));
        // Whoever keeps the file, or an object for each row, needs more.
        Assert.InRange(afterParquet, 0, before + 60);
    }

    [Fact]
    public async Task A_client_that_takes_a_file_slowly_holds_nothing_in_the_store()
    {
        using (var answer = await _api.Http.OpenAsync(Path, ("Accept", "text/csv")))
        {
            await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            await body.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
            await _api.StoreAsync("s1", ("2019-01-01T00:00:01Z", 21, 50));
            await Eventually.TrueAsync(() => !StoreFile.IsBeingRead(_api.StorePath), "the log can be emptied although the file is not read to its end");
            await body.ReadExactlyAsync(new byte[10_000_000], TestContext.Current.CancellationToken);
        }

        Assert.Equal(200, (await _api.Http.GetAsync("/health")).Status);
    }

    private async Task<long> SizeAsync(string path, string accept)
    {
        using var answer = await _api.Http.OpenAsync(path, ("Accept", accept));
        await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var (size, buffer) = (0L, new byte[64 * 1024]);
        while (await body.ReadAsync(buffer, TestContext.Current.CancellationToken) is var read and > 0)
        {
            size += read;
        }

        return size;
    }
}
