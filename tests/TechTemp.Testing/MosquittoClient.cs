using System.Globalization;
using Xunit;

namespace TechTemp.Testing;

/// <summary>Publishes and subscribes with mosquitto_pub and mosquitto_sub: clients that share no code with ours.</summary>
public sealed class MosquittoClient(int port)
{
    /// <summary>Publishes one message; returns when the broker has acknowledged it as its QoS demands.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="payload">The payload; an empty one is sent as such.</param>
    /// <param name="qos">0, 1 or 2.</param>
    /// <param name="retain">Whether the broker keeps it.</param>
    /// <param name="version">311 or 5.</param>
    public async Task PublishAsync(string topic, string payload, int qos = 1, bool retain = false, int version = 5)
    {
        List<string> arguments = ["-t", topic, "-q", Text(qos), "-V", version == 5 ? "mqttv5" : "mqttv311", payload.Length == 0 ? "-n" : "-s"];
        if (retain)
        {
            arguments.Add("-r");
        }

        await using var process = Start("mosquitto_pub", arguments);
        await process.Input.WriteAsync(payload);
        process.Input.Close();
        Assert.True(await process.ExitAsync() == 0, process.Describe());
    }

    /// <summary>Publishes one message a line over one connection, for as long as lines come.</summary>
    public PublishingProcess StartPublishing(string topic, int qos = 1) => new(Start("mosquitto_pub", ["-t", topic, "-q", Text(qos), "-V", "mqttv5", "-l"]));

    /// <summary>The retained message of a topic; null when there is none within the time.</summary>
    public async Task<string?> RetainedAsync(string topic, int seconds = 1)
    {
        await using var process = Start("mosquitto_sub", ["-t", topic, "-q", "1", "-C", "1", "-W", Text(seconds), "--retained-only"]);
        await process.ExitAsync();
        return process.Output is { Length: > 0 } text ? text.TrimEnd('\n') : null;
    }

    /// <summary>Subscribes; what comes is in the process's output, one line a message: retain flag, QoS, topic, payload.</summary>
    public ChildProcess Subscribe(string topic) => Start("mosquitto_sub", ["-t", topic, "-q", "1", "-F", "%r %q %t %p"]);

    /// <summary>Makes a session that outlives its connection, with this subscription alone.</summary>
    public async Task MakeSessionAsync(string clientId, string topic)
    {
        await using var process = Start("mosquitto_sub", ["-i", clientId, "-c", "-x", "3600", "-V", "mqttv5", "-q", "1", "-t", topic, "-E"]);
        Assert.True(await process.ExitAsync() == 0, process.Describe());
    }

    /// <summary>The topics of what is queued in a client's session, which gets it; nothing where there is no session.</summary>
    public async Task<string[]> QueuedAsync(string clientId)
    {
        await using var process = Start("mosquitto_sub", ["-i", clientId, "-c", "-x", "3600", "-V", "mqttv5", "-q", "1", "-t", "home/unused", "-F", "%t", "-W", "1"]);
        await process.ExitAsync();
        return process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private ChildProcess Start(string program, IEnumerable<string> arguments) => new(program, ["-h", "127.0.0.1", "-p", Text(port), .. arguments]);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A mosquitto_pub that publishes what it is given.</summary>
public sealed class PublishingProcess(ChildProcess process) : IAsyncDisposable
{
    /// <summary>Publishes one message.</summary>
    public Task PublishAsync(string line) => process.Input.WriteLineAsync(line);

    /// <summary>Says that no more come, and waits until the broker has acknowledged all.</summary>
    public async Task CompleteAsync()
    {
        process.Input.Close();
        Assert.True(await process.ExitAsync(TimeSpan.FromMinutes(2)) == 0, process.Describe());
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => process.DisposeAsync();
}
