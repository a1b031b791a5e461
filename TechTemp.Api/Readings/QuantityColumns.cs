using System.Text.Json;
using TechTemp.Api.Http;
using TechTemp.Readings.Quantities;

namespace TechTemp.Api.Readings;

/// <summary>The columns of an answer: which quantities it has, and what they are called there.</summary>
internal static class QuantityColumns
{
    private static readonly JsonEncodedText[] s_values = Names("");
    private static readonly JsonEncodedText[] s_leasts = Names("_min");
    private static readonly JsonEncodedText[] s_greatests = Names("_max");
    private static readonly string s_rule = $"must be keys of quantities, separated by commas: {string.Join(", ", QuantityRegistry.All.Select(q => q.Key))}";

    /// <summary>The name of a value, or of a bucket's mean.</summary>
    public static JsonEncodedText Value(Quantity quantity) => s_values[quantity.Index];

    /// <summary>The name of a bucket's least value.</summary>
    public static JsonEncodedText Least(Quantity quantity) => s_leasts[quantity.Index];

    /// <summary>The name of a bucket's greatest value.</summary>
    public static JsonEncodedText Greatest(Quantity quantity) => s_greatests[quantity.Index];

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

    private static JsonEncodedText[] Names(string suffix) => [.. QuantityRegistry.All.Select(q => JsonEncodedText.Encode(q.Key + suffix))];
}
