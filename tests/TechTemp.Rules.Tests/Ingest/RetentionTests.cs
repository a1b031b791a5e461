using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using TechTemp.Ingest;
using TechTemp.Ingest.Pipeline;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Ingest;

public sealed class RetentionTests
{
    [Fact]
    public async Task Old_messages_are_dropped_at_the_start_and_then_hourly_and_counted()
    {
        using var store = new TestStore(
            builder =>
            {
                builder.AddIngestPipeline();
                builder.Services.AddSingleton<IStateSink>(new RecordingSink());
            },
            ("Retention:Rejected", "1.00:00:00"));
        using var measured = new Measured(store.Get<IMeterFactory>());
        store.Write(Reading(store.Now), Raw("old", receivedAt: store.Now - 86_400_001), Raw("young", receivedAt: store.Now - 86_400_000 + 1_800_000));

        await store.Host.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.True(() => store.Read(c => c.RejectedMessages.Count()) == 1);
        await Eventually.True(
            () => store.Read(c => c.RejectedMessages.Count()) == 0, () => store.Time.Advance(TimeSpan.FromMinutes(10)));
        await Eventually.True(() => measured.Sum("techtemp.rejected.dropped") == 2);
        await store.Host.StopAsync(TestContext.Current.CancellationToken);
    }
}
