namespace TechTemp.Dashboard.Parts;

/// <summary>A short message about what was just done.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Text">The words.</param>
/// <param name="Failed">Whether it did not work.</param>
public sealed record Toast(long Id, string Text, bool Failed);

/// <summary>Messages of one visit, shown by <see cref="Toasts"/> and read by screen readers.</summary>
public sealed class ToastService(TimeProvider time)
{
    private readonly List<Toast> _toasts = [];
    private long _last;

    /// <summary>There is another message, or one less.</summary>
    public event Action? Changed;

    /// <summary>What is shown now.</summary>
    public IReadOnlyList<Toast> Shown
    {
        get
        {
            lock (_toasts)
            {
                return [.. _toasts];
            }
        }
    }

    /// <summary>Says that something was done; gone after a while.</summary>
    public void Done(string text) => Show(text, failed: false);

    /// <summary>Says that something did not work; stays until it is closed.</summary>
    public void Failed(string text) => Show(text, failed: true);

    /// <summary>Takes a message away.</summary>
    public void Close(long id)
    {
        lock (_toasts)
        {
            _toasts.RemoveAll(t => t.Id == id);
        }

        Changed?.Invoke();
    }

    private void Show(string text, bool failed)
    {
        var toast = new Toast(Interlocked.Increment(ref _last), text, failed);
        lock (_toasts)
        {
            _toasts.Add(toast);
        }

        Changed?.Invoke();
        if (!failed)
        {
            _ = CloseLaterAsync(toast.Id);
        }
    }

    private async Task CloseLaterAsync(long id)
    {
        await Task.Delay(TimeSpan.FromSeconds(6), time);
        Close(id);
    }
}
