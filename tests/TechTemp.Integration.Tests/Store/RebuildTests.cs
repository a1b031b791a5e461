namespace TechTemp.Integration.Tests.Store;

/// <summary>The verbs <c>rebuild</c> and <c>verify</c>, with the other programs at work.</summary>
public sealed class RebuildTests
{
    private const string Ingest = "TechTemp.Ingest";

    [Fact]
    public async Task Pages_are_written_again_while_ingest_runs_and_say_the_same()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours, ("Store__SealInterval", "00:00:01"));
        for (var i = 0; i < 5; i++)
        {
            await stack.Broker.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload(SampleReading.Ts + i * 600_000, temperature: i));
        }

        await Eventually.ResultAsync(() => stack.CountAsync("s1"), count => count == 5, "the readings are stored");
        // A day is sealed when a later reading has come.
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload(SampleReading.Ts + 86_400_000));
        await Eventually.TrueAsync(
            async () => await Verbs.VerifyAsync(stack.Settings) == "All 1 pages with 5 readings are right; 1 readings are rows.", "the day is sealed");
        const string Hours = "/api/v1/devices/s1/readings?bucket=hour";
        var before = (await stack.Http.GetAsync(Hours)).Body;

        Assert.Equal("Wrote the pages of 1 devices again, with 5 readings.", await Verbs.RunAsync(Ingest, stack.Settings, "rebuild", "all"));
        Assert.Equal(
            "Wrote the pages of 1 devices again, with 5 readings.",
            await Verbs.RunAsync(Ingest, stack.Settings, "rebuild", "s1", "--from", "2025-09-10", "--to", "2025-09-10T23:00:00+02:00"));
        Assert.Equal(
            "Wrote the pages of 1 devices again, with 0 readings.", await Verbs.RunAsync(Ingest, stack.Settings, "rebuild", "s1", "--from", "2025-09-12"));

        Assert.Equal(before, (await stack.Http.GetAsync(Hours)).Body);
        await stack.Broker.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload(SampleReading.Ts + 1, temperature: 50));
        await Eventually.TrueAsync(
            async () => (await stack.Http.DataAsync(Hours)).AsArray().Sum(b => (int)b!["count"]!) == 7, "ingest goes on with what was written");
    }

    [Fact]
    public async Task What_cannot_be_written_again_is_said()
    {
        await using var stack = await TechTempStack.StartAsync(MosquittoConfiguration.Ours);
        Assert.Contains("no device nobody", await Verbs.FailAsync(Ingest, stack.Settings, "rebuild", "nobody"), StringComparison.Ordinal);
        Assert.Contains("--from", await Verbs.FailAsync(Ingest, stack.Settings, "rebuild", "all", "--from", "yesterday"), StringComparison.Ordinal);
        Assert.Contains("device|all", await Verbs.FailAsync(Ingest, stack.Settings, "rebuild"), StringComparison.Ordinal);
    }
}
