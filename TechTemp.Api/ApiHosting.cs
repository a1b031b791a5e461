using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using TechTemp.Api.Condition;
using TechTemp.Api.Devices;
using TechTemp.Api.Http;
using TechTemp.Api.Live;
using TechTemp.Api.OpenApi;
using TechTemp.Api.Readings;
using TechTemp.Api.Rejected;
using TechTemp.Api.Rooms;

namespace TechTemp.Api;

/// <summary>Adds the HTTP API to a host.</summary>
public static partial class ApiHosting
{
    /// <summary>
    /// Adds what the routes of <see cref="MapApi"/> need beside the store. Configuration:
    /// <code>{ "Cors": { "Origins": "https://home.example.org" }, "Live": { "Heartbeat": "00:00:15", "MaxListeners": 2000 } }</code>
    /// </summary>
    public static WebApplicationBuilder AddApi(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            // A number is a number: "21" is not one, neither in a body nor in the document.
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.Converters.Add(new UtcTimeConverter());
        });
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddProblemDetails();
        services.AddExceptionHandler<ApiExceptionHandler>();
        services.AddOpenApi("v1", OpenApiDescription.Configure);
        services.AddOptions<DeviceStatusOptions>().BindConfiguration(DeviceStatusOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<DeviceStatusOptions>>().Value.ToRule());
        services.AddOptions<CrossOriginOptions>().BindConfiguration(CrossOriginOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LiveOptions>().BindConfiguration(LiveOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<LiveStates>();
        services.AddSingleton<LiveListeners>();
        services.AddSingleton<LiveTelemetry>();
        services.AddSingleton<QueryGate>();
        services.AddActivatedSingleton<StartTime>();
        services.AddCors();
        return builder;
    }

    /// <summary>
    /// Adds the connection to the broker that live streams are fed from. Without it the API answers from the store, and
    /// whoever has states in the same process hands them to <see cref="LiveStates"/>.
    /// </summary>
    public static WebApplicationBuilder AddLive(this WebApplicationBuilder builder)
    {
        builder.Services.AddHostedService<BrokerListener>();
        return builder;
    }

    /// <summary>Maps <c>/api/v1</c>, the OpenAPI document <c>/openapi/v1.json</c> and the reference page <c>/scalar</c>.</summary>
    public static WebApplication MapApi(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        var crossOrigin = app.Services.GetRequiredService<IOptions<CrossOriginOptions>>().Value;
        if (crossOrigin.Writes)
        {
            LogNoWrites(app.Logger);
        }

        // CORS has nothing to say to a request without an origin.
        app.UseWhen(context => context.Request.Headers.Origin.Count > 0 && context.Request.Path.StartsWithSegments("/api"), api => api.UseCors(crossOrigin.Apply));
        app.UseMiddleware<StoreGate>();
        app.UseMiddleware<EntityTags>();

        var api = app.MapGroup("/api/v1").ProducesProblem(StatusCodes.Status503ServiceUnavailable).WithHead();
        api.MapReadings();
        api.MapLive();
        api.MapDevices();
        api.MapDevicePatch();
        api.MapCalibrations();
        api.MapGaps();
        api.MapSeries();
        api.MapQuantities();
        api.MapRooms();
        api.MapRejected();
        api.MapCondition();
        app.MapOpenApi().WithHead();
        app.MapReference();
        return app;
    }

    [LoggerMessage(101, LogLevel.Warning, "Cors:Writes has no effect any more: pages of other origins may not write")]
    private static partial void LogNoWrites(ILogger logger);
}
