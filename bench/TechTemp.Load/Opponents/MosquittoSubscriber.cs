using System.Globalization;

namespace TechTemp.Load.Opponents;

/// <summary>mosquitto_sub in a session that the broker keeps, with as many messages in flight as ingest has: the same work for the broker.</summary>
internal static class MosquittoSubscriber
{
    private const string ReceiveMaximum = "10000";

    /// <summary>Starts one that ends when it has received so many messages.</summary>
    /// <param name="port">The broker's.</param>
    /// <param name="prefix">The first level of its topics, which nobody else may have: its session stays behind.</param>
    /// <param name="messages">How many.</param>
    public static async Task<ChildProcess> StartAsync(int port, string prefix, int messages)
    {
        string[] session =
        [
            "-h", "127.0.0.1", "-p", Text(port), "-V", "mqttv5", "-q", "1", "-c", "-i", $"load-{prefix}", "-x", "3600",
            "-D", "connect", "receive-maximum", ReceiveMaximum, "-t", $"{prefix}/+/sensors/+/reading",
        ];
        // The session first: what is published before it has connected again is kept for it.
        await using var subscribe = new ChildProcess("mosquitto_sub", [.. session, "-E"]);
        if (await subscribe.ExitAsync() != 0)
        {
            throw new InvalidOperationException(subscribe.Describe());
        }

        // Its lines go where they cost nobody anything.
        return new("/bin/sh", ["-c", "exec mosquitto_sub \"$@\" >/dev/null", "mosquitto_sub", .. session, "-C", Text(messages)]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
