using TechTemp.Data.Rejections;


namespace TechTemp.Ingest.Pipeline;

/// <summary>Logs held readings that were dropped: the first of a device at once, further ones added up, once a minute.</summary>
internal sealed partial class HeldDropLog(TimeProvider time, ILogger logger)
{
    // More than can be held for at once by default; beyond that old devices are forgotten, and logged again at once.
    private const int MostDevices = 10_000;
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(string Device, string Home), (long Count, long? LoggedAt)> _devices = [];

    public void Report(IReadOnlyList<HeldLoss> losses)
    {
        foreach (var loss in losses)
        {
            var device = (loss.DeviceUid, loss.Home);
            var (count, loggedAt) = _devices.GetValueOrDefault(device);
            count += loss.Count;
            if (loggedAt is null || time.GetElapsedTime(loggedAt.Value) >= s_interval)
            {
                LogDropped(logger, count, loss.DeviceUid, loss.Home);
                (count, loggedAt) = (0, time.GetTimestamp());
            }

            if (_devices.Count >= MostDevices)
            {
                _devices.Clear();
            }

            _devices[device] = (count, loggedAt);
        }
    }

    [LoggerMessage(14, LogLevel.Warning, "Dropped {Count} held readings of {Device} in home {Home}, the oldest, for more than Retention:HeldPerDevice wait. Provision the device to store what is held")]
    private static partial void LogDropped(ILogger logger, long count, string device, string home);
}
