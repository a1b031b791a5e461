using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace TechTemp.Integration.Tests.Former;

/// <summary>The rows of a Parquet file as text: how they are packed, and whether a column may have nulls, is not compared.</summary>
internal static class ParquetText
{
    /// <summary>A header and a line for each row.</summary>
    public static async Task<string> OfAsync(byte[] bytes)
    {
        await using var file = await ParquetReader.CreateAsync(new MemoryStream(bytes), cancellationToken: TestContext.Current.CancellationToken);
        var fields = file.Schema.DataFields;
        var lines = new List<string> { string.Join(',', fields.Select(f => f.Name)) };
        for (var i = 0; i < file.RowGroupCount; i++)
        {
            using var group = file.OpenRowGroupReader(i);
            var columns = new List<string[]>();
            foreach (var field in fields)
            {
                columns.Add(await ReadAsync(group, field));
            }

            lines.AddRange(Enumerable.Range(0, (int)group.RowCount).Select(row => string.Join(',', columns.Select(c => c[row]))));
        }

        return string.Join('\n', lines);
    }

    private static async Task<string[]> ReadAsync(ParquetRowGroupReader group, DataField field)
    {
        if (field.ClrType == typeof(DateTime))
        {
            return await NumbersAsync<DateTime>(group, field, t => t.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        }

        if (field.ClrType == typeof(long))
        {
            return await NumbersAsync<long>(group, field, n => n.ToString(CultureInfo.InvariantCulture));
        }

        if (field.ClrType == typeof(double))
        {
            return await NumbersAsync<double>(group, field, n => n.ToString("R", CultureInfo.InvariantCulture));
        }

        var texts = new string[group.RowCount];
        await group.ReadAsync(field, texts, cancellationToken: TestContext.Current.CancellationToken);
        return texts;
    }

    private static async Task<string[]> NumbersAsync<T>(ParquetRowGroupReader group, DataField field, Func<T, string> text)
        where T : struct
    {
        if (field.IsNullable)
        {
            var values = new T?[group.RowCount];
            await group.ReadAsync<T>(field, values, cancellationToken: TestContext.Current.CancellationToken);
            return Array.ConvertAll(values, value => value is { } number ? text(number) : "");
        }

        var numbers = new T[group.RowCount];
        await group.ReadAsync<T>(field, numbers, cancellationToken: TestContext.Current.CancellationToken);
        return Array.ConvertAll(numbers, number => text(number));
    }
}
