using System.IO.Pipelines;
using System.Text;
using TechTemp.Data.Readings;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;

namespace TechTemp.Api.Readings;

/// <summary>A page of single readings.</summary>
/// <param name="series">What they are the readings of.</param>
/// <param name="quantities">Which quantities each has.</param>
/// <param name="limit">How many at most.</param>
/// <param name="namesDevices">Whether each names its device: a room's do.</param>
/// <param name="read">Reads the newest ones, up to one more than the limit.</param>
internal sealed class RawPage(
    Series series, QuantitySet quantities, int limit, bool namesDevices, Func<CancellationToken, ValueTask<IReadOnlyList<SeriesBlock>>> read) : SeriesPage
{
    private static readonly byte[][] s_sources = [.. Enum.GetValues<ReadingSource>().Select(s => Encoding.UTF8.GetBytes($",\"source\":\"{s.ToText()}\""))];

    private IReadOnlyList<SeriesBlock> _blocks = [];

    protected override async ValueTask ReadAsync(CancellationToken cancellationToken) => _blocks = await read(cancellationToken);

    protected override string? WriteRows(RowText text, PipeWriter output)
    {
        var columns = new (byte[] Name, double[]? Values)[quantities.Count];
        var devices = namesDevices ? series.DeviceUids.ToDictionary(d => d.Key, d => Encoding.UTF8.GetBytes($",\"device_id\":\"{d.Value}\"")) : null;
        var count = 0;
        (long Ts, int DeviceId) last = default;
        foreach (var block in _blocks)
        {
            var next = 0;
            foreach (var quantity in quantities)
            {
                columns[next++] = (QuantityColumns.JsonName(quantity), block.Values(quantity));
            }

            for (var i = block.Last; i >= block.First; i--)
            {
                if (count == limit)
                {
                    return SeriesQuery.CursorAfter(last.Ts, namesDevices ? last.DeviceId : null);
                }

                last = (block.Times[i], block.DeviceAt(i));
                BeginRow(text, output, isFirst: count++ == 0);
                text.Add("{\"ts\":\""u8);
                text.AddTime(last.Ts);
                text.Add((byte)'"');
                foreach (var (name, values) in columns)
                {
                    text.Add(name);
                    text.AddNumberOrNull(values is null ? double.NaN : values[i]);
                }

                text.Add(s_sources[block.Sources[i]]);
                if (devices is not null)
                {
                    text.Add(devices[last.DeviceId]);
                }

                text.Add((byte)'}');
            }
        }

        return null;
    }
}
