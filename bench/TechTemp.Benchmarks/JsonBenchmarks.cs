using Microsoft.AspNetCore.Http;
using TechTemp.Api.Readings;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;

namespace TechTemp.Benchmarks;

/// <summary>A page of readings as JSON, without the store and without a network.</summary>
public class JsonBenchmarks
{
    private Series _series = null!;
    private IReadOnlyList<SeriesBlock> _readings = null!;

    /// <summary>How many readings.</summary>
    [Params(10, 10_000)]
    public int Rows { get; set; }

    /// <summary>Readings that lie ready.</summary>
    [GlobalSetup]
    public async Task SetUp()
    {
        var site = await SharedSite.GetAsync();
        _series = site.OfDevice(Site.Uid(5));
        _readings = site.Newest(_series, Rows);
    }

    /// <summary>Into a body that goes nowhere.</summary>
    [Benchmark(Description = "write a page of readings")]
    public Task Write()
    {
        var context = new DefaultHttpContext();
        context.Response.Body = Stream.Null;
        return new RawPage(_series, QuantitySet.Usual, Rows, namesDevices: false, _ => new(_readings)).ExecuteAsync(context);
    }
}
