using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Schema;
using TechTemp.Data.Readings;
using TechTemp.Readings.Buckets;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;

namespace TechTemp.Api.Readings.Export;

/// <summary>Series as a Parquet file, newest first. Times are timestamps in UTC with milliseconds; a value that is not measured is null. The units are in the file's metadata.</summary>
internal static class ParquetExport
{
    // What of a file is in memory at a time: some megabytes.
    private const int RowsPerGroup = 50_000;
    private static readonly string[] s_sources = [.. Enum.GetValues<ReadingSource>().Select(s => s.ToText())];

    /// <param name="output">Where to.</param>
    /// <param name="blocks">What, newest first.</param>
    /// <param name="quantities">Which quantities each row has.</param>
    /// <param name="deviceUids">The devices' uids by the store's keys, where each row names its device.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    public static Task WriteAsync(
        PipeWriter output, IAsyncEnumerable<SeriesBlock> blocks, QuantitySet quantities, IReadOnlyDictionary<int, string>? deviceUids, CancellationToken cancellationToken)
    {
        List<ParquetColumn<Row>> columns =
        [
            Time<Row>(r => r.Block.Times[r.Index]),
            .. quantities.Select(quantity => Value<Row>(quantity.Key, r => r.Block.Values(quantity)?[r.Index] is { } value && !double.IsNaN(value) ? value : null)),
            new ParquetTextColumn<Row>("source", RowsPerGroup, r => s_sources[r.Block.Sources[r.Index]]),
        ];
        if (deviceUids is not null)
        {
            columns.Add(new ParquetTextColumn<Row>("device_id", RowsPerGroup, r => deviceUids[r.Block.DeviceAt(r.Index)]));
        }

        return WriteAsync(output, RowsOf(blocks, cancellationToken), columns, quantities, cancellationToken);
    }

    public static Task WriteAsync(PipeWriter output, IAsyncEnumerable<Bucket> buckets, QuantitySet quantities, CancellationToken cancellationToken) =>
        WriteAsync(
            output,
            buckets,
            [
                Time<Bucket>(b => b.Start),
                .. quantities.SelectMany(quantity => new[]
                {
                    Value<Bucket>(quantity.Key, b => b[quantity] is { IsEmpty: false } a ? a.Mean : null),
                    Value<Bucket>(quantity.Key + "_min", b => b[quantity] is { IsEmpty: false } a ? a.Least : null),
                    Value<Bucket>(quantity.Key + "_max", b => b[quantity] is { IsEmpty: false } a ? a.Greatest : null),
                }),
                new ParquetColumn<Bucket, long>(new DataField<long>("count"), RowsPerGroup, b => b.Count),
            ],
            quantities,
            cancellationToken);

    private static async IAsyncEnumerable<Row> RowsOf(IAsyncEnumerable<SeriesBlock> blocks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var block in blocks.WithCancellation(cancellationToken))
        {
            for (var i = block.Last; i >= block.First; i--)
            {
                yield return new(block, i);
            }
        }
    }

    private static ParquetColumn<TRow> Time<TRow>(Func<TRow, long> select) => new ParquetColumn<TRow, DateTime>(
        new DateTimeDataField("ts", DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Millis, isNullable: false),
        RowsPerGroup,
        row => DateTime.UnixEpoch.AddMilliseconds(select(row)));

    private static ParquetColumn<TRow> Value<TRow>(string name, Func<TRow, double?> select) => new ParquetValueColumn<TRow>(name, RowsPerGroup, select);

    private static async Task WriteAsync<TRow>(
        PipeWriter output, IAsyncEnumerable<TRow> rows, IReadOnlyList<ParquetColumn<TRow>> columns, QuantitySet quantities, CancellationToken cancellationToken)
    {
        // It writes forward only. Its own flushes, which are synchronous, find everything sent.
        var file = output.AsStream(leaveOpen: true);
        var writer = await ParquetWriter.CreateAsync(new ParquetSchema(columns.Select(c => c.Field)), file, cancellationToken: cancellationToken);
        writer.CustomMetadata = quantities.ToDictionary(q => $"unit:{q.Key}", q => q.Unit);
        var count = 0;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            foreach (var column in columns)
            {
                column.Set(count, row);
            }

            if (++count == RowsPerGroup)
            {
                await WriteGroupAsync();
            }
        }

        if (count > 0)
        {
            await WriteGroupAsync();
        }

        // Writes the footer, and so only here: a file that broke off must not look whole.
        await writer.DisposeAsync();

        async Task WriteGroupAsync()
        {
            using var group = writer.CreateRowGroup();
            foreach (var column in columns)
            {
                await column.WriteAsync(group, count, cancellationToken);
            }

            count = 0;
        }
    }

    private readonly record struct Row(SeriesBlock Block, int Index);
}
