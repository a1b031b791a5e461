using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TechTemp.Api.Live;
using TechTemp.Ingest.Pipeline;
using TechTemp.Readings.Rules;
using TechTemp.Standalone.Broker;
using TechTemp.Testing;

namespace TechTemp.Rules.Tests.Documents;

/// <summary>docs/telemetry.md lists every metric there is.</summary>
public sealed class TelemetryDocumentTests
{
    [Fact]
    public void The_document_lists_every_metric_of_ingest() => Match("metrics", meters => new IngestTelemetry(meters, TimeProvider.System));

    [Fact]
    public void The_document_lists_every_metric_of_the_API() => Match("api-metrics", meters => new LiveTelemetry(meters));

    [Fact]
    public void The_document_lists_every_metric_of_the_broker() => Match("broker-metrics", meters => new BrokerTelemetry(meters, TimeProvider.System));

    [Fact]
    public void The_document_lists_every_reason_of_a_drop()
    {
        var document = File.ReadAllText(Repository.File("docs", "telemetry.md"));
        Assert.All(Enum.GetValues<DropReason>(), reason => Assert.Contains($"`{BrokerTelemetry.NameOf(reason)}`", document, StringComparison.Ordinal));
    }

    [Fact]
    public void The_document_lists_every_reason_of_a_rejection() => Snapshot.MatchSection(
        Repository.File("docs", "telemetry.md"), "reasons", string.Concat(RejectionReasons.All.Select(reason => $"- `{reason}`\n")));

    private static void Match(string section, Func<IMeterFactory, object> create)
    {
        using var provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = provider.GetRequiredService<IMeterFactory>();
        var instruments = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters))
            {
                instruments.Add(instrument);
            }
        };
        listener.Start();
        using var telemetry = create(meters) as IDisposable;

        var table = new StringBuilder("| metric | kind | unit | what |\n| --- | --- | --- | --- |\n");
        foreach (var instrument in instruments.OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            var kind = instrument.GetType().Name.Split('`')[0].ToLowerInvariant();
            table.Append(CultureInfo.InvariantCulture, $"| `{instrument.Name}` | {kind} | `{instrument.Unit}` | {instrument.Description} |\n");
        }

        Snapshot.MatchSection(Repository.File("docs", "telemetry.md"), section, table.ToString());
    }
}
