using TechTemp.Data.Store;
using TechTemp.Data.Workers;

namespace TechTemp.Ingest.Verbs;

/// <summary>What an operator does with workers: <c>retire</c> one.</summary>
internal sealed class WorkerVerbs(WorkerRegistry workers)
{
    /// <summary>Retires a worker.</summary>
    /// <param name="worker">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was done, in one line.</returns>
    /// <exception cref="StoreException">There is no such worker, or it is the last one.</exception>
    public async Task<string> RetireAsync(string worker, CancellationToken cancellationToken)
    {
        var registered = await workers.ListAsync(cancellationToken);
        if (registered.All(w => w.Worker != worker))
        {
            throw new StoreException($"There is no worker '{worker}'. {(registered.Count == 0 ? "No worker is registered in this store." : $"Registered: {string.Join(", ", registered.Select(w => w.Worker))}.")}");
        }

        if (registered.All(w => w.Worker == worker || w.IsRetired))
        {
            throw new StoreException($"Worker '{worker}' is the last one. Start another one first, or an ingest without Ingest:Worker, which takes its place.");
        }

        await workers.RetireAsync(worker, cancellationToken);
        return $"Worker '{worker}' is retired. The others take its homes, fetch what the broker has queued for it, and end its session.";
    }
}
