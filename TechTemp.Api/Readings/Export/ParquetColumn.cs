using Parquet;
using Parquet.Schema;

namespace TechTemp.Api.Readings.Export;

/// <summary>A column of a Parquet file, with its values of the rows of one group.</summary>
internal abstract class ParquetColumn<TRow>(DataField schema)
{
    public DataField Field => schema;

    public abstract void Set(int index, TRow row);

    public abstract Task WriteAsync(ParquetRowGroupWriter group, int count, CancellationToken cancellationToken);
}

/// <summary>A column of numbers or times.</summary>
internal sealed class ParquetColumn<TRow, TValue>(DataField schema, int rows, Func<TRow, TValue> select) : ParquetColumn<TRow>(schema)
    where TValue : struct
{
    private readonly TValue[] _values = new TValue[rows];

    public override void Set(int index, TRow row) => _values[index] = select(row);

    public override Task WriteAsync(ParquetRowGroupWriter group, int count, CancellationToken cancellationToken) =>
        group.WriteAsync<TValue>(Field, _values.AsMemory(0, count), cancellationToken: cancellationToken);
}

/// <summary>A column of measured values; null for none.</summary>
internal sealed class ParquetValueColumn<TRow>(string name, int rows, Func<TRow, double?> select) : ParquetColumn<TRow>(new DataField<double?>(name))
{
    private readonly double?[] _values = new double?[rows];

    public override void Set(int index, TRow row) => _values[index] = select(row);

    public override Task WriteAsync(ParquetRowGroupWriter group, int count, CancellationToken cancellationToken) =>
        group.WriteAsync<double>(Field, _values.AsMemory(0, count), cancellationToken: cancellationToken);
}

/// <summary>A column of texts: of few different ones, for which Parquet has a dictionary.</summary>
internal sealed class ParquetTextColumn<TRow>(string name, int rows, Func<TRow, string> select) : ParquetColumn<TRow>(new(name, typeof(string), isNullable: false))
{
    private readonly string[] _values = new string[rows];

    public override void Set(int index, TRow row) => _values[index] = select(row);

    public override Task WriteAsync(ParquetRowGroupWriter group, int count, CancellationToken cancellationToken) =>
        group.WriteAsync(Field, new ArraySegment<string>(_values, 0, count));
}
