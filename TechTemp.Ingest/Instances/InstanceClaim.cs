using TechTemp.Data.Instances;

namespace TechTemp.Ingest.Instances;

/// <summary>Takes the place of a worker's process that answers no question, to end the worker's sessions. A process of the worker that starts takes the place back.</summary>
internal sealed class InstanceClaim(InstanceRegistry registry, string worker, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private readonly string _uid = Guid.NewGuid().ToString("N");

    /// <summary>Asks, and takes the place where nobody answers in time.</summary>
    /// <returns>False when the worker's process lives.</returns>
    public async Task<bool> TryTakeAsync(CancellationToken cancellationToken)
    {
        var self = new IngestInstance { Worker = worker, Uid = _uid, Machine = Environment.MachineName, ProcessId = Environment.ProcessId, Since = time.GetUtcNow() };
        if (await registry.ReadAsync(worker, cancellationToken) is not { } current)
        {
            return await registry.TryRegisterAsync(self, cancellationToken);
        }

        if (current.Uid == _uid)
        {
            return true;
        }

        if (await registry.AskAsync(current.Uid, cancellationToken) is not { } question)
        {
            return false;
        }

        for (var askedAt = time.GetTimestamp(); time.GetElapsedTime(askedAt) <= InstanceWatch.Patience;)
        {
            await Task.Delay(s_pause, time, cancellationToken);
            if (await registry.ReadAsync(worker, cancellationToken) is not { } other || other.Uid != current.Uid || other.Answered >= question)
            {
                return false;
            }
        }

        return await registry.TryReplaceAsync(current.Uid, self, cancellationToken);
    }

    /// <summary>Completes while the place is still taken.</summary>
    /// <exception cref="WorkerIsBackException">A process of the worker has it.</exception>
    public async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        if ((await registry.ReadAsync(worker, cancellationToken))?.Uid != _uid)
        {
            throw new WorkerIsBackException(worker);
        }
    }

    /// <summary>Gives the place up.</summary>
    public ValueTask LeaveAsync(CancellationToken cancellationToken) => registry.LeaveAsync(_uid, cancellationToken);
}

/// <summary>A process of a worker has started while its sessions were about to end.</summary>
internal sealed class WorkerIsBackException(string worker) : Exception($"Worker '{worker}' is running again.");
