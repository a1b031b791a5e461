using TechTemp.Data.Readings;
using TechTemp.Data.Writing;

namespace TechTemp.Benchmarks;

/// <summary>One batch, on disk: of devices that take turns, at five-minute steps.</summary>
public class InsertBenchmarks
{
    private const int Batches = 16;
    private static readonly long s_start = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private readonly List<IncomingMessage[]> _batches = [];
    private Site _site = null!;
    private ReadingWriter _writer = null!;
    private IEnumerator<IncomingMessage> _messages = null!;

    /// <summary>How many readings.</summary>
    [Params(1, 10, 100, 1_000)]
    public int Rows { get; set; }

    /// <summary>An empty store.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _site = Site.Empty();
        _writer = _site.Writer();
        _messages = Site.Messages(20, s_start, Site.End).GetEnumerator();
    }

    /// <summary>Readings that were not there before.</summary>
    [IterationSetup]
    public void Fill()
    {
        _batches.Clear();
        for (var i = 0; i < Batches; i++)
        {
            var batch = new IncomingMessage[Rows];
            for (var row = 0; row < Rows && _messages.MoveNext(); row++)
            {
                batch[row] = _messages.Current;
            }

            _batches.Add(batch);
        }
    }

    /// <summary>Some, one after the other.</summary>
    [Benchmark(Description = "write a batch", OperationsPerInvoke = Batches)]
    public async Task Write()
    {
        foreach (var batch in _batches)
        {
            await _writer.WriteAsync(batch, CancellationToken.None);
        }
    }

    /// <summary>Removes the store.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _messages.Dispose();
        _writer.Dispose();
        _site.Dispose();
    }
}
