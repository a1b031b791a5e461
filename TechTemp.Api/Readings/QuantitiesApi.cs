using Microsoft.AspNetCore.Http.HttpResults;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Readings.Quantities;

namespace TechTemp.Api.Readings;

/// <summary>What can be measured.</summary>
internal static class QuantitiesApi
{
    private static readonly IReadOnlyList<QuantityDto> s_all = [.. QuantityRegistry.All.Select(q => q.ToDto())];

    public static RouteHandlerBuilder MapQuantities(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/quantities", () => TypedResults.Ok(Envelope.Of(s_all)))
            .WithTags("Readings")
            .WithName("GetQuantities")
            .WithSummary("What can be measured: the keys in answers and in MQTT payloads, units, valid ranges, decimals, and what people call it")
            .WithExample("""{"data":[{"key":"co2","payload_key":"co2_ppm","unit":"ppm","min":0,"max":40000,"decimals":0,"names":{"en":"CO₂","fr":"CO₂"}}]}""");

    private static QuantityDto ToDto(this Quantity quantity) => new(
        quantity.Key, quantity.PayloadKey, quantity.Unit, quantity.Least, quantity.Greatest, quantity.Decimals, new(quantity.Names.English, quantity.Names.French));
}

/// <summary>Something that sensors measure.</summary>
/// <param name="Key">Its name in answers, in posted readings and in `quantities`.</param>
/// <param name="PayloadKey">Its name in MQTT payloads.</param>
/// <param name="Unit">The symbol of its unit; empty for an index.</param>
/// <param name="Min">The least valid value.</param>
/// <param name="Max">The greatest valid value.</param>
/// <param name="Decimals">How many decimals people are shown.</param>
/// <param name="Names">What people call it.</param>
internal sealed record QuantityDto(string Key, string PayloadKey, string Unit, double Min, double Max, int Decimals, QuantityNamesDto Names);

/// <summary>What people call a quantity.</summary>
/// <param name="En">In English.</param>
/// <param name="Fr">In French.</param>
internal sealed record QuantityNamesDto(string En, string Fr);
