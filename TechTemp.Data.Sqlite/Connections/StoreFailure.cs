using TechTemp.Readings.Rules;

namespace TechTemp.Data.Sqlite.Connections;

/// <summary>Tells what failed: the store, or one row that it can never take (https://sqlite.org/rescode.html).</summary>
internal static class StoreFailure
{
    private const int Error = 1;
    private const int Internal = 2;
    private const int TooBig = 18;
    private const int Constraint = 19;
    private const int Mismatch = 20;

    /// <summary>
    /// Whether a failure may be the fault of what was written. The others are of the disk, of the file, or of another process: the same
    /// can be written when they are over.
    /// </summary>
    public static bool MayBeOfTheData(Exception exception) => exception switch
    {
        SqliteStoreException sqlite => sqlite.Code is Error or Internal or TooBig or Constraint or Mismatch,
        OperationCanceledException or OutOfMemoryException => false,
        _ => exception.InnerException is null || MayBeOfTheData(exception.InnerException),
    };

    /// <summary>Why a reading is rejected that the store can never take.</summary>
    public static Rejection NotStorable(Exception exception) =>
        new(RejectionReasons.NotStorable, $"the store cannot keep this reading: {(exception.InnerException ?? exception).Message}");
}
