using TechTemp.Readings.Rules;

namespace TechTemp.Data.Store;

/// <summary>Tells what failed: the store, or one row that it can never take.</summary>
internal static class StoreFailure
{
    /// <summary>
    /// Whether a failure may be the fault of what was written. The others are of the disk, of the store, or of another process: the same
    /// can be written when they are over.
    /// </summary>
    public static bool MayBeOfTheData(Exception exception) => exception switch
    {
        StoreException store => store.MayBeOfTheData,
        OperationCanceledException or OutOfMemoryException => false,
        _ => exception.InnerException is null || MayBeOfTheData(exception.InnerException),
    };

    /// <summary>Why a reading is rejected that the store can never take.</summary>
    public static Rejection NotStorable(Exception exception) =>
        new(RejectionReasons.NotStorable, $"the store cannot keep this reading: {(exception.InnerException ?? exception).Message}");
}
