namespace TechTemp.Rules.Tests.Support;

/// <summary>Waits for what happens on other threads, with a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    /// <param name="condition">What is waited for.</param>
    /// <param name="meanwhile">Done before each look: to move a clock that stands still.</param>
    public static async Task True(Func<bool> condition, Action? meanwhile = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(s_deadline);
        while (true)
        {
            meanwhile?.Invoke();
            if (condition())
            {
                return;
            }

            Assert.False(deadline.IsCancellationRequested, "It did not happen in time.");
            await Task.Delay(5, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
