using Microsoft.AspNetCore.Components;
using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Viewing;

/// <summary>A page that asks the API, again and again while somebody looks, and says what it answered when it did not do what was asked.</summary>
public abstract class AskingPage : ViewerComponent
{
    private readonly CancellationTokenSource _gone = new();

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    /// <summary>Cancelled when the visitor has gone.</summary>
    protected CancellationToken Gone => _gone.Token;

    /// <summary>Why the API did not do what was asked last; null when it did.</summary>
    protected string? Error { get; private set; }

    /// <summary>Asks the API; what it refuses is <see cref="Error"/>.</summary>
    protected async Task AskAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            Error = null;
        }
        catch (ApiException e)
        {
            Error = e.Message;
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested)
        {
            // Nobody wants the answer any more.
        }
    }

    /// <summary>Does something at every tick until the visitor has gone. To be begun in the first <c>OnAfterRender</c>: a prerendered page ends at once.</summary>
    /// <param name="interval">The time between ticks.</param>
    /// <param name="work">What is done at a tick, given its number, from 1.</param>
    protected async Task EveryAsync(TimeSpan interval, Func<int, Task> work)
    {
        using var timer = new PeriodicTimer(interval, Time);
        try
        {
            for (var tick = 1; await timer.WaitForNextTickAsync(Gone); tick++)
            {
                await work(tick);
            }
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested)
        {
            // The visitor has gone.
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        // Not disposed: whoever still waits for an answer looks at its token.
        _gone.Cancel();
        base.Dispose(disposing);
    }
}
