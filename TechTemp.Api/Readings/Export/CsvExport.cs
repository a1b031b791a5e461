using System.IO.Pipelines;
using System.Text;
using TechTemp.Data.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;

namespace TechTemp.Api.Readings.Export;

/// <summary>Series as CSV: a header, then one line each, newest first.</summary>
internal static class CsvExport
{
    // 21.02 plus an offset of 0.3 is 21.320000000000004 to a computer. A millionth is below any sensor, and what was measured stays as it was.
    private const int ReadingDecimals = 6;

    // Thousandths are finer than what is averaged.
    private const int BucketDecimals = 3;

    private static readonly byte[][] s_sources = [.. Enum.GetValues<ReadingSource>().Select(s => Encoding.ASCII.GetBytes(s.ToText()))];

    /// <param name="output">Where to.</param>
    /// <param name="readings">What.</param>
    /// <param name="quantities">Which quantities each line has.</param>
    /// <param name="deviceUids">The devices' uids by the store's keys, where each line names its device.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    public static async Task WriteAsync(
        PipeWriter output, IEnumerable<SeriesReading> readings, QuantitySet quantities, IReadOnlyDictionary<int, string>? deviceUids, CancellationToken cancellationToken)
    {
        var uids = deviceUids?.ToDictionary(d => d.Key, d => Encoding.ASCII.GetBytes(d.Value));
        var csv = new CsvText(output);
        await csv.RowAsync(string.Join(',', ["ts", .. quantities.Select(q => q.Key), "source", .. uids is null ? Array.Empty<string>() : ["device_id"]]), cancellationToken);
        foreach (var reading in readings)
        {
            csv.Time(reading.Ts);
            foreach (var quantity in quantities)
            {
                csv.Number(reading.Values[quantity], ReadingDecimals);
            }

            csv.Field(s_sources[(int)reading.Source]);
            if (uids is not null)
            {
                csv.Field(uids[reading.DeviceId]);
            }

            await csv.EndRowAsync(cancellationToken);
        }

        await csv.FlushAsync(cancellationToken);
    }

    public static async Task WriteAsync(PipeWriter output, IEnumerable<Bucket> buckets, QuantitySet quantities, CancellationToken cancellationToken)
    {
        var csv = new CsvText(output);
        await csv.RowAsync(string.Join(',', ["ts", .. quantities.SelectMany(q => new[] { q.Key, q.Key + "_min", q.Key + "_max" }), "count"]), cancellationToken);
        foreach (var bucket in buckets)
        {
            csv.Time(bucket.Start);
            foreach (var quantity in quantities)
            {
                var aggregate = bucket[quantity];
                csv.Number(aggregate.IsEmpty ? null : aggregate.Mean, BucketDecimals)
                    .Number(aggregate.IsEmpty ? null : aggregate.Least, BucketDecimals)
                    .Number(aggregate.IsEmpty ? null : aggregate.Greatest, BucketDecimals);
            }

            csv.Number(bucket.Count);
            await csv.EndRowAsync(cancellationToken);
        }

        await csv.FlushAsync(cancellationToken);
    }
}
