using System.Net;
using System.Net.WebSockets;

namespace TechTemp.Standalone.Broker.Connections;

/// <summary>MQTT over WebSockets (MQTT 5, section 6), on the HTTP port, for clients in browsers.</summary>
internal static class WebSocketEndpoint
{
    public const string Path = "/mqtt";

    private const string SubProtocol = "mqtt";

    /// <summary>Maps it. Pages of other origins are refused, as with every WebSocket.</summary>
    public static WebApplication MapBroker(this WebApplication app)
    {
        app.UseWebSockets();
        app.MapGet(Path, ServeAsync).ExcludeFromDescription();
        return app;
    }

    private static async Task ServeAsync(HttpContext context, EmbeddedBroker broker, IHostApplicationLifetime lifetime)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await Refuse(StatusCodes.Status426UpgradeRequired, $"{Path} is for MQTT over WebSockets, with the subprotocol '{SubProtocol}'.").ExecuteAsync(context);
            return;
        }

        if (!context.WebSockets.WebSocketRequestedProtocols.Contains(SubProtocol))
        {
            await Refuse(StatusCodes.Status400BadRequest, $"The WebSocket must ask for the subprotocol '{SubProtocol}' (Sec-WebSocket-Protocol).").ExecuteAsync(context);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(SubProtocol);
        await using var stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary);
        var remote = new IPEndPoint(context.Connection.RemoteIpAddress ?? IPAddress.None, context.Connection.RemotePort);
        // The HTTP server stops before the broker, and would wait for it.
        await broker.ServeAsync(stream, remote, lifetime.ApplicationStopping);
    }

    private static IResult Refuse(int status, string detail) => Results.Problem(detail, statusCode: status);
}
