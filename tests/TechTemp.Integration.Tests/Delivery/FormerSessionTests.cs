namespace TechTemp.Integration.Tests.Delivery;

/// <summary>The client id of ingest changes: with a setting, or with the version that made the store's id part of it.</summary>
public sealed class FormerSessionTests
{
    private const int Queued = 2_500;

    [Fact]
    public async Task What_the_session_of_a_former_client_id_holds_is_stored_and_the_session_ends()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours, ("Mqtt__ClientId", "first"));
        await stack.Ingest.StopAsync();
        await PublishAsync(stack, "queued");

        stack.Settings["Mqtt__ClientId"] = "second";
        await stack.StartIngestAsync();

        await EndedAsync(stack, StoreFile.ClientId(stack.StorePath, "first"), "queued");
    }

    [Fact]
    public async Task A_drain_that_is_cut_off_goes_on_with_the_next_start()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours, ("Mqtt__ClientId", "first"));
        await stack.Ingest.StopAsync();
        await PublishAsync(stack, "queued");
        stack.Settings["Mqtt__ClientId"] = "second";
        // In the middle of it: what one connection may have unacknowledged is all that is sent before.
        stack.Settings["Ingest__MaxBatch"] = "10";
        await using (var cutOff = HostProcess.Start("TechTemp.Ingest", stack.Settings))
        {
            await Eventually.TrueAsync(async () => await stack.CountAsync("queued") > 0, "the drain has begun");
            cutOff.Kill();
            await cutOff.ExitAsync();
        }

        stack.Settings["Mqtt__ClientId"] = "third";
        await stack.StartIngestAsync();

        await EndedAsync(stack, StoreFile.ClientId(stack.StorePath, "first"), "queued");
        await EndedAsync(stack, StoreFile.ClientId(stack.StorePath, "second"), "queued");
    }

    [Fact]
    public async Task A_session_of_a_version_before_is_fetched_and_ended()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        await stack.Ingest.StopAsync();
        // What that version has left: its session at the broker, and a store that has just been brought to this version.
        await stack.Broker.Client.MakeSessionAsync("techtemp-ingest", "home/+/sensors/+/reading");
        StoreFile.Execute(stack.StorePath, "DELETE FROM broker_sessions; INSERT INTO broker_sessions (client_id) VALUES ('');");
        await PublishAsync(stack, "upgraded");

        await stack.StartIngestAsync();

        await EndedAsync(stack, "techtemp-ingest", "upgraded");
    }

    private static async Task PublishAsync(TechTempStack stack, string device)
    {
        await using var publisher = stack.Broker.Client.StartPublishing(SampleReading.Topic(device));
        for (var i = 0; i < Queued; i++)
        {
            await publisher.PublishAsync(SampleReading.Payload(SampleReading.Ts + i));
        }

        await publisher.CompleteAsync();
    }

    private static async Task EndedAsync(TechTempStack stack, string clientId, string device)
    {
        await Eventually.TrueAsync(async () => await stack.CountAsync(device) == Queued, "all is stored");
        await Eventually.TrueAsync(() => stack.Ingest.Output.Contains($"former client id {clientId} has ended", StringComparison.Ordinal), "the session has ended");
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("later"), SampleReading.Payload());
        Assert.Empty(await stack.Broker.Client.QueuedAsync(clientId));
    }
}
