using Microsoft.AspNetCore.Http;
using TechTemp.Api.Readings;
using TechTemp.Data.Readings;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Quantities;

namespace TechTemp.Benchmarks;

/// <summary>A page of readings as JSON, without the store and without a network.</summary>
public class JsonBenchmarks
{
    private readonly Series _series = new([], new Dictionary<int, string>(), QuantitySet.Usual);
    private SeriesReading[] _readings = null!;

    /// <summary>How many readings.</summary>
    [Params(10, 10_000)]
    public int Rows { get; set; }

    /// <summary>Readings that lie ready.</summary>
    [GlobalSetup]
    public void SetUp() => _readings =
        [.. Site.Messages(1, Site.End - Rows * Site.Step, Site.End).Reverse().Select(m => new SeriesReading(m.Measurement.Ts, m.Measurement.Values, m.Source, 1))];

    /// <summary>Into a body that goes nowhere.</summary>
    [Benchmark(Description = "write a page of readings")]
    public Task Write()
    {
        var context = new DefaultHttpContext();
        context.Response.Body = Stream.Null;
        return new RawPage(_series, _readings, QuantitySet.Usual, Rows, namesDevices: false).ExecuteAsync(context);
    }
}
