using System.Text;
using System.Text.Json;
using TechTemp.Api.Http;
using TechTemp.Readings.Quantities;

namespace TechTemp.Api.Readings;

/// <summary>The columns of an answer: which quantities it has, and what they are called there.</summary>
internal static class QuantityColumns
{
    private static readonly JsonEncodedText[] s_values = [.. QuantityRegistry.All.Select(q => JsonEncodedText.Encode(q.Key))];
    private static readonly byte[][] s_jsonNames = JsonNames(QuantitySet.All);
    private static readonly string s_rule = $"must be keys of quantities, separated by commas: {string.Join(", ", QuantityRegistry.All.Select(q => q.Key))}";

    /// <summary>The name of a value.</summary>
    public static JsonEncodedText Value(Quantity quantity) => s_values[quantity.Index];

    /// <summary>The name of a value as it stands in JSON between the values: <c>,"co2":</c>.</summary>
    public static byte[] JsonName(Quantity quantity) => s_jsonNames[quantity.Index];

    /// <summary>The names of values as they stand in JSON between the values: <c>,"co2_min":</c>.</summary>
    /// <param name="quantities">Whose.</param>
    /// <param name="suffix">What they end with.</param>
    public static byte[][] JsonNames(QuantitySet quantities, string suffix = "") => [.. quantities.Select(q => Encoding.UTF8.GetBytes($",\"{q.Key}{suffix}\":"))];

    /// <summary>Reads <c>temperature,co2</c>; null where it is absent or wrong.</summary>
    public static QuantitySet? Parse(Errors errors, string? keys)
    {
        if (keys is null)
        {
            return null;
        }

        var chosen = default(QuantitySet);
        foreach (var key in keys.Split(',', StringSplitOptions.TrimEntries))
        {
            if (QuantityRegistry.FindByKey(key) is not { } quantity)
            {
                errors.Add("quantities", s_rule);
                return null;
            }

            chosen = chosen.With(quantity);
        }

        return chosen;
    }
}
