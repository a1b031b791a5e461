using Microsoft.Extensions.Logging;
using TechTemp.Clients.Device.Sensors;
using TechTemp.Clients.Device.Settings;
using TechTemp.Clients.Device.Spool;

namespace TechTemp.Clients.Device.Sending;

/// <summary>A device: what its sensor measures goes into its spool, and from there to the broker.</summary>
internal sealed class SensorDevice
{
    private readonly Sampler _sampler;
    private readonly SpoolSender _sender;

    public SensorDevice(DeviceOptions device, BrokerOptions broker, ISensor sensor, ReadingSpool spool, LinkFaults faults, TimeProvider time, ILogger logger)
    {
        _sampler = new(sensor, spool, device, time, logger);
        _sender = new(device, broker, spool, faults, time, logger);
    }

    /// <summary>Measures and sends until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        // On threads of their own: a sync of the disk holds up nobody's network.
        Task[] work = [Task.Run(() => _sampler.RunAsync(either.Token), CancellationToken.None), Task.Run(() => _sender.RunAsync(either.Token), CancellationToken.None)];
        await Task.WhenAny(work);
        // One does not go on without the other.
        await either.CancelAsync();
        try
        {
            await Task.WhenAll(work);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to stop.
        }
    }
}
