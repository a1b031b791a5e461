using System.Diagnostics.Metrics;

namespace TechTemp.Api.Live;

/// <summary>What the live stream tells about itself; listed in docs/telemetry.md.</summary>
internal sealed class LiveTelemetry
{
    public const string Name = "TechTemp.Api";

    private readonly UpDownCounter<int> _listeners;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _refused;

    public LiveTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _listeners = meter.CreateUpDownCounter<int>("techtemp.live.listeners", "{listener}", "Listeners of the live stream");
        _sent = meter.CreateCounter<long>("techtemp.live.sent", "{event}", "Events sent, to each listener counted");
        _dropped = meter.CreateCounter<long>("techtemp.live.dropped", "{listener}", "Listeners closed because they took nothing");
        _refused = meter.CreateCounter<long>("techtemp.live.refused", "{listener}", "Listeners refused because there were too many");
    }

    public void Came() => _listeners.Add(1);

    public void Left() => _listeners.Add(-1);

    public void Sent(int events) => _sent.Add(events);

    public void Dropped() => _dropped.Add(1);

    public void Refused() => _refused.Add(1);
}
