namespace TechTemp.Api.Http;

/// <summary>
/// Lets only so many large answers be computed at a time that a processor is left for everything else: they are computed
/// without a pause, and more of them than processors would make every small request wait behind them.
/// </summary>
internal sealed class QueryGate : IDisposable
{
    private readonly SemaphoreSlim _free = new(Math.Max(1, Environment.ProcessorCount - 1));

    /// <summary>A result that waits for its turn.</summary>
    /// <param name="result">Computes its answer while it writes it, into a buffer: a client must not keep the turn by reading slowly.</param>
    public IResult Limit(IResult result) => new Limited(_free, result);

    /// <summary>Computes something when its turn comes.</summary>
    /// <param name="compute">Computes it, without a pause.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<T> ComputeAsync<T>(Func<ValueTask<T>> compute, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return await compute();
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose() => _free.Dispose();

    private sealed class Limited(SemaphoreSlim free, IResult result) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            await free.WaitAsync(httpContext.RequestAborted);
            try
            {
                await result.ExecuteAsync(httpContext);
            }
            finally
            {
                free.Release();
            }
        }
    }
}
