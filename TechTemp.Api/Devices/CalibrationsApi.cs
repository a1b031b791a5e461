using Microsoft.AspNetCore.Http.HttpResults;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Registries;

namespace TechTemp.Api.Devices;

/// <summary>What is added to a device's readings when they are answered.</summary>
internal static class CalibrationsApi
{
    private const string Example =
        """[{"from":"2025-09-10T00:00:00.000Z","temperature_offset":-0.4,"humidity_offset":2},{"from":"2000-01-01T00:00:00.000Z","temperature_offset":-0.2,"humidity_offset":0}]""";

    public static RouteGroupBuilder MapCalibrations(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/devices/{uid}/calibrations").WithTags("Devices");

        group.MapGet("/", ListAsync)
            .WithName("GetCalibrations")
            .WithSummary("A device's calibrations, newest first: each holds from its time until the next one's; before the first one nothing is added. Any quantity can have an offset, under its key and `_offset`")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithExample($$"""{"data":{{Example}}}""");

        group.MapPut("/", ReplaceAsync)
            .WithName("ReplaceCalibrations")
            .WithSummary("Replaces all calibrations of a device. Stored readings are not altered: what was measured before is answered anew, too")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithRequestExample("""{"calibrations":[{"from":"2000-01-01T00:00:00Z","temperature_offset":-0.2,"humidity_offset":0},{"from":"2025-09-10T00:00:00Z","temperature_offset":-0.4,"humidity_offset":2}]}""")
            .WithExample($$"""{"data":{{Example}},"message":"Device sensor-01 has 2 calibrations."}""");

        return group;
    }

    private static async Task<Results<Ok<Envelope<IReadOnlyList<CalibrationDto>>>, ProblemHttpResult>> ListAsync(
        string uid, CalibrationRegistry registry, CancellationToken cancellationToken) =>
        await registry.ListAsync(uid, cancellationToken) is { } calibrations
            ? TypedResults.Ok(Envelope.Of(ToDtos(calibrations)))
            : Problems.NoDevice(uid);

    private static async Task<Results<Ok<Confirmation<IReadOnlyList<CalibrationDto>>>, ProblemHttpResult>> ReplaceAsync(
        string uid, ReplaceCalibrations body, CalibrationRegistry registry, CancellationToken cancellationToken)
    {
        var errors = new Errors();
        var calibrations = body.Parse(errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        if (!await registry.ReplaceAsync(uid, calibrations, cancellationToken))
        {
            return Problems.NoDevice(uid);
        }

        var count = calibrations.Count == 1 ? "1 calibration" : $"{calibrations.Count} calibrations";
        return TypedResults.Ok(new Confirmation<IReadOnlyList<CalibrationDto>>(ToDtos(calibrations.OrderByDescending(c => c.From)), $"Device {uid} has {count}."));
    }

    private static IReadOnlyList<CalibrationDto> ToDtos(IEnumerable<CalibrationView> calibrations) => [.. calibrations.Select(c => c.ToDto())];
}
