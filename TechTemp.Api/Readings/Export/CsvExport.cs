using System.IO.Pipelines;
using System.Text;
using TechTemp.Data.Readings;

namespace TechTemp.Api.Readings.Export;

/// <summary>Series as CSV: a header, then one line each, newest first.</summary>
internal static class CsvExport
{
    private static readonly byte[][] s_sources = [.. Enum.GetValues<ReadingSource>().Select(s => Encoding.ASCII.GetBytes(s.ToText()))];

    /// <param name="output">Where to.</param>
    /// <param name="readings">What.</param>
    /// <param name="deviceUids">The devices' uids by the store's keys, where each line names its device.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    public static async Task WriteAsync(
        PipeWriter output, IEnumerable<SeriesReading> readings, IReadOnlyDictionary<int, string>? deviceUids, CancellationToken cancellationToken)
    {
        var uids = deviceUids?.ToDictionary(d => d.Key, d => Encoding.ASCII.GetBytes(d.Value));
        var csv = new CsvText(output);
        await csv.RowAsync(uids is null ? "ts,temperature,humidity,source" : "ts,temperature,humidity,source,device_id", cancellationToken);
        foreach (var reading in readings)
        {
            csv.Time(reading.Ts).Number(Rounded(reading.Temperature)).Number(Rounded(reading.Humidity)).Field(s_sources[(int)reading.Source]);
            if (uids is not null)
            {
                csv.Field(uids[reading.DeviceId]);
            }

            await csv.EndRowAsync(cancellationToken);
        }

        await csv.FlushAsync(cancellationToken);
    }

    public static async Task WriteAsync(PipeWriter output, IEnumerable<Bucket> buckets, CancellationToken cancellationToken)
    {
        var csv = new CsvText(output);
        await csv.RowAsync("ts,temperature,temperature_min,temperature_max,humidity,humidity_min,humidity_max,count", cancellationToken);
        foreach (var b in buckets)
        {
            csv.Time(b.Start)
                .Number(Mean(b.Temperature)).Number(Mean(b.TemperatureMin)).Number(Mean(b.TemperatureMax))
                .Number(Mean(b.Humidity)).Number(Mean(b.HumidityMin)).Number(Mean(b.HumidityMax))
                .Number(b.Count);
            await csv.EndRowAsync(cancellationToken);
        }

        await csv.FlushAsync(cancellationToken);
    }

    // 21.02 plus an offset of 0.3 is 21.320000000000004 to a computer. A millionth is below any sensor, and what was measured stays as it was.
    private static double Rounded(double value) => Math.Round(value, 6);

    // Thousandths are finer than what is averaged.
    private static double Mean(double value) => Math.Round(value, 3);
}
