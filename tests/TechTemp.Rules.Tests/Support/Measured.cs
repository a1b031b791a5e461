using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace TechTemp.Rules.Tests.Support;

/// <summary>What the instruments of one host record.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, double Value, string? Tag)> _values = new();

    public Measured(IMeterFactory meters)
    {
        // Meters of a factory have it as their scope: other tests' are left alone.
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>What was recorded by an instrument, in order.</summary>
    public double[] Values(string name, string? tag = null) =>
        [.. _values.Where(v => v.Name == name && (tag is null || v.Tag == tag)).Select(v => v.Value)];

    public double Sum(string name, string? tag = null) => Values(name, tag).Sum();

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _values.Enqueue((instrument.Name, value, tags.IsEmpty ? null : $"{tags[0].Key}={tags[0].Value}"));
}
