using System.Diagnostics;
using System.Globalization;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;
using TechTemp.AppHost.Mosquitto;

namespace TechTemp.AppHost.Commands;

/// <summary>"Send a burst" in Aspire's dashboard: many readings at once, to watch ingest under load.</summary>
internal static class BurstCommand
{
    private const int Readings = 10_000;

    // As many as Mosquitto keeps in flight without dropping any.
    private const int AtOnce = 100;

    /// <summary>Adds the command. The readings are those of a device <c>burst</c>, one for each of the last 10,000 milliseconds.</summary>
    public static IResourceBuilder<ProjectResource> WithBurstCommand(
        this IResourceBuilder<ProjectResource> simulator, IResourceBuilder<MosquittoAccountResource> account) =>
        simulator.WithCommand(
            "burst",
            "Send a burst",
            context => SendAsync(account.Resource, context.CancellationToken),
            new() { Description = $"Publishes {Readings} readings of a device named burst.", IconName = "Flash" });

    private static async Task<ExecuteCommandResult> SendAsync(MosquittoAccountResource account, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new MqttClientFactory().CreateMqttClient();
            await client.ConnectAsync(await account.CreateClientOptionsAsync(cancellationToken), cancellationToken);
            var start = Stopwatch.GetTimestamp();
            var newest = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (var part in Enumerable.Range(1, Readings).Chunk(AtOnce))
            {
                await Task.WhenAll(part.Select(i => client.PublishAsync(Message(newest - Readings + i, i), cancellationToken)));
            }

            await client.DisconnectAsync(new MqttClientDisconnectOptions(), cancellationToken);
            return CommandResults.Success(string.Create(
                CultureInfo.InvariantCulture, $"The broker acknowledged {Readings} readings in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s."));
        }
        catch (MqttCommunicationException e)
        {
            return CommandResults.Failure(e);
        }
    }

    private static MqttApplicationMessage Message(long ts, int number) => new MqttApplicationMessageBuilder()
        .WithTopic("home/burst/sensors/burst/reading")
        .WithPayload(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"ts": {{ts}}, "temperature_c": {{20 + (number % 500 / 100m)}}, "humidity_pct": {{40 + (number % 1_000 / 100m)}}}"""))
        .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
        .Build();
}
