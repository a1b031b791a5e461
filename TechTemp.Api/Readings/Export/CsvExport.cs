using System.IO.Pipelines;
using System.Text;
using TechTemp.Data.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;

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
    /// <param name="blocks">What, newest first.</param>
    /// <param name="quantities">Which quantities each line has.</param>
    /// <param name="deviceUids">The devices' uids by the store's keys, where each line names its device.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    public static async Task WriteAsync(
        PipeWriter output, IAsyncEnumerable<SeriesBlock> blocks, QuantitySet quantities, IReadOnlyDictionary<int, string>? deviceUids, CancellationToken cancellationToken)
    {
        var uids = deviceUids?.ToDictionary(d => d.Key, d => Encoding.ASCII.GetBytes(d.Value));
        using var csv = new CsvText(output);
        csv.Header(["ts", .. quantities.Select(q => q.Key), "source", .. uids is null ? Array.Empty<string>() : ["device_id"]]);
        await foreach (var block in blocks.WithCancellation(cancellationToken))
        {
            var columns = quantities.Select(block.Values).ToArray();
            for (var i = block.Last; i >= block.First; i--)
            {
                csv.Time(block.Times[i]);
                foreach (var column in columns)
                {
                    csv.Number(column is null ? double.NaN : column[i], ReadingDecimals);
                }

                csv.Field(s_sources[block.Sources[i]]);
                if (uids is not null)
                {
                    csv.Field(uids[block.DeviceAt(i)]);
                }

                csv.EndRow();
                if (csv.IsFull)
                {
                    await csv.FlushAsync(cancellationToken);
                }
            }
        }

        await csv.FlushAsync(cancellationToken);
    }

    public static async Task WriteAsync(PipeWriter output, IAsyncEnumerable<Bucket> buckets, QuantitySet quantities, CancellationToken cancellationToken)
    {
        using var csv = new CsvText(output);
        csv.Header(["ts", .. quantities.SelectMany(q => new[] { q.Key, q.Key + "_min", q.Key + "_max" }), "count"]);
        await foreach (var bucket in buckets.WithCancellation(cancellationToken))
        {
            csv.Time(bucket.Start);
            foreach (var quantity in quantities)
            {
                var aggregate = bucket[quantity];
                csv.Number(aggregate.IsEmpty ? double.NaN : aggregate.Mean, BucketDecimals)
                    .Number(aggregate.IsEmpty ? double.NaN : aggregate.Least, BucketDecimals)
                    .Number(aggregate.IsEmpty ? double.NaN : aggregate.Greatest, BucketDecimals);
            }

            csv.Number(bucket.Count).EndRow();
            if (csv.IsFull)
            {
                await csv.FlushAsync(cancellationToken);
            }
        }

        await csv.FlushAsync(cancellationToken);
    }
}
