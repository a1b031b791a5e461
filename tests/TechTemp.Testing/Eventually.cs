using System.Diagnostics;
using Xunit;

namespace TechTemp.Testing;

/// <summary>Waits for a condition with a deadline, never for a fixed time.</summary>
public static class Eventually
{
    /// <summary>Far more than anything takes: on a busy machine a test is late, not wrong.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until a condition holds.</summary>
    public static Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? deadline = null) =>
        ResultAsync(condition, holds => holds, what, deadline);

    /// <summary>Waits until a condition holds.</summary>
    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? deadline = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, deadline);

    /// <summary>Asks until the answer is as it should be, and returns it.</summary>
    public static async Task<T> ResultAsync<T>(
        Func<Task<T>> ask, Func<T, bool> condition, string what, TimeSpan? deadline = null, Func<string>? details = null, TimeSpan? interval = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (condition(answer))
            {
                return answer;
            }

            if (Stopwatch.GetElapsedTime(start) > (deadline ?? Deadline))
            {
                Assert.Fail($"Not within {(deadline ?? Deadline).TotalSeconds} s: {what}. The last answer was: {answer}\n{details?.Invoke()}");
            }

            await Task.Delay(interval ?? s_interval, cancellationToken);
        }
    }
}
