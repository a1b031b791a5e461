using TechTemp.Data.Workers;

namespace TechTemp.Ingest.Mqtt;

/// <summary>Logs a worker that is missing, once, and that it is back.</summary>
internal sealed partial class MissingWorkers(ILogger logger)
{
    private readonly HashSet<string> _missing = [];

    public void Report(Division division)
    {
        foreach (var worker in division.Workers)
        {
            if (!worker.IsMissing)
            {
                if (_missing.Remove(worker.Worker))
                {
                    LogBack(logger, worker.Worker);
                }
            }
            else if (_missing.Add(worker.Worker))
            {
                LogMissing(logger, worker.Worker, worker.SeenAt);
            }
        }
    }

    [LoggerMessage(44, LogLevel.Warning, "Worker {Worker} is missing since {SeenAt:u}. Readings from before wait in its session at the broker; start it again, or retire it")]
    private static partial void LogMissing(ILogger logger, string worker, DateTimeOffset seenAt);

    [LoggerMessage(45, LogLevel.Information, "Worker {Worker} is back")]
    private static partial void LogBack(ILogger logger, string worker);
}
