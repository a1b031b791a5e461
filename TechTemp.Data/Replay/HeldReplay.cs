using Microsoft.Extensions.Logging;
using TechTemp.Data.Store;
using TechTemp.Data.Work;
using TechTemp.Readings.Rules;

namespace TechTemp.Data.Replay;

/// <summary>Stores the readings that were held for a device that is provisioned by now: in steps, each a short transaction, so that ingest does not wait for all of them.</summary>
public sealed partial class HeldReplay(IStoreSql sql, MessageReplay messages, WorkRegistry work, TimeProvider time, ILogger<HeldReplay> logger)
{
    private static readonly TimeSpan s_renewal = TimeSpan.FromSeconds(1);

    /// <summary>Finishes claimed work. What is done when it is cancelled, or when the store fails, stays so.</summary>
    /// <exception cref="StoreException">The store failed; the rest is to be tried again.</exception>
    /// <exception cref="WorkTakenOverException">Another process goes on.</exception>
    internal async Task FinishAsync(WorkClaim claim, CancellationToken cancellationToken)
    {
        var found = await sql.QueryAsync("SELECT uid FROM devices WHERE id = @id;", row => row.GetString(0), cancellationToken, ("id", claim.DeviceId));
        if (found is not [var device])
        {
            return;
        }

        var pace = new BulkPace(time);
        var replayed = 0;
        var renewed = time.GetTimestamp();
        for (long? after = 0; after is { } last;)
        {
            await pace.NextAsync(cancellationToken);
            if (time.GetElapsedTime(renewed) >= s_renewal)
            {
                // Not in each step: two processes that replay one device store nothing twice.
                await work.RenewAsync(claim);
                renewed = time.GetTimestamp();
            }

            var step = await messages.NextAsync(new(RejectionReasons.UnknownDevice, device), last, cancellationToken);
            // Ingest has the lock in half of the time, whether it writes at the moment or not.
            pace.Done(othersWrote: true);
            replayed += step.Count;
            after = step.Last;
        }

        if (replayed > 0)
        {
            LogReplayed(logger, replayed, device);
        }

        await work.EndAsync(claim);
    }

    [LoggerMessage(58, LogLevel.Information, "Replayed {Count} held messages of device {Device}")]
    private static partial void LogReplayed(ILogger logger, int count, string device);
}
