namespace TechTemp.Data.Store;

/// <summary>The store cannot be used, or an operation on it failed. The message says what is wrong and, where somebody can mend it, how.</summary>
public class StoreException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>
    /// Whether the same operation may succeed later: another process has the lock, the disk is full, a file is away. False for what stays: a damaged
    /// file, a file that is not ours, a broken constraint.
    /// </summary>
    public virtual bool IsTransient => InnerException is StoreException { IsTransient: true };

    /// <summary>Whether what was written may be at fault, and not the store: the rest of a batch can be stored without it.</summary>
    public virtual bool MayBeOfTheData => InnerException is null || StoreFailure.MayBeOfTheData(InnerException);
}
