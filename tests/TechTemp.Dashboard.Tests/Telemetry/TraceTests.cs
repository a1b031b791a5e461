using System.Globalization;
using System.Text;
using TechTemp.Testing.Otlp;

namespace TechTemp.Dashboard.Tests.Telemetry;

/// <summary>What the programs export, as a collector receives it.</summary>
public sealed class TraceTests(Browser browser, TracedSite shared) : IClassFixture<TracedSite>
{
    private const string Reading = "home/{home}/sensors/{device}/reading";
    private const string State = "home/{home}/sensors/{device}/state";

    [Fact]
    public async Task One_trace_covers_a_reading_from_the_sensor_to_the_screen()
    {
        var site = await shared.StartedAsync(browser);
        var path = await PathAsync(site.Collector);

        IsComplete(path);
        Assert.Equal(["device", "ingest", "ingest", "api", "dashboard"], path.Select(s => s.Service));
        Assert.Equal($"home/{SampleReading.Home}/sensors/{Simulator.Device}/reading", path[0].Attributes["messaging.destination.name"]);
        Assert.Equal($"home/{SampleReading.Home}/sensors/{Simulator.Device}/state", path[3].Attributes["messaging.destination.name"]);
        Assert.Equal("stored", path[1].Attributes["techtemp.outcome"]);
        foreach (var step in new[] { $"receive {Reading}", "commit readings", $"acknowledge {Reading}" })
        {
            await site.Collector.SpanAsync(s => s.Name == step && s.ParentId == path[1].SpanId && s.TraceId == path[1].TraceId, $"'{step}' came");
        }
    }

    [Fact]
    public async Task In_Standalone_one_trace_covers_a_reading_from_the_sensor_to_the_screen()
    {
        await using var collector = new OtlpCollector();
        using var folder = new TempFolder();
        Dictionary<string, string> settings = new() { ["MQTT_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture), ["DB_PATH"] = folder.File("techtemp.db") };
        foreach (var (name, value) in collector.Settings)
        {
            settings[name] = value;
        }

        await using var standalone = await HostProcess.StartHealthyAsync("TechTemp.Standalone", settings, "--demo");
        await using var visit = await browser.VisitAsync($"http://127.0.0.1:{standalone.Settings["HTTP_PORT"]}");
        await visit.OpenAsync("/");
        var path = await PathAsync(collector);

        IsComplete(path);
        Assert.All(path, s => Assert.Equal("standalone", s.Service));
    }

    [Fact]
    public async Task The_span_of_a_batch_is_linked_to_the_spans_of_its_messages()
    {
        var site = await shared.StartedAsync(browser);
        var path = await PathAsync(site.Collector);

        var batch = await site.Collector.SpanAsync(s => s.Service == "ingest" && s.Links.Contains(path[0].SpanId), "the span of its batch came");

        Assert.Equal(($"process {Reading}", 5, ""), (batch.Name, batch.Kind, batch.ParentId));
        Assert.NotEqual(path[0].TraceId, batch.TraceId);
        Assert.InRange(int.Parse(batch.Attributes["messaging.batch.message_count"], CultureInfo.InvariantCulture), 1, 32);
        Assert.Contains(batch.SpanId, path[1].Links);
        await site.Collector.SpanAsync(s => s.Name == "INSERT readings" && s.ParentId == batch.SpanId, "the span of its transaction came");
    }

    [Fact]
    public async Task A_request_of_the_API_has_the_access_to_the_store_as_its_child()
    {
        var site = await shared.StartedAsync(browser);
        var device = Unique.Uid();
        await site.Stack.Broker.Client.PublishAsync(SampleReading.Topic(device), SampleReading.Payload());
        await Eventually.ResultAsync(() => site.Stack.CountAsync(device), count => count == 1, "the reading is stored");

        Assert.Equal(200, (await site.Stack.Http.GetAsync($"/api/v1/devices/{device}/readings")).Status);
        Assert.Equal(201, (await site.Stack.Http.PostAsync("/api/v1/devices", new { device_uid = device, room_name = "Attic" })).Status);

        var read = await site.Collector.SpanAsync(
            s => s.Name == "SELECT readings" && s.Service == "api" && site.Collector.Spans.Any(p => p.SpanId == s.ParentId && p.Attributes.GetValueOrDefault("url.path") == $"/api/v1/devices/{device}/readings"),
            "the span of the query came");
        Assert.Equal(("sqlite", "SELECT", "readings", "1"), (read.Attributes["db.system.name"], read.Attributes["db.operation.name"], read.Attributes["db.collection.name"], read.Attributes["db.response.returned_rows"]));
        Assert.DoesNotContain(read.Attributes, a => a.Key is "db.query.text" or "db.statement");
        var write = await site.Collector.SpanAsync(s => s.Service == "api" && s.Name == "INSERT rooms", "the span of EF Core's command came");
        Assert.Equal(2, (await site.Collector.SpanAsync(s => s.SpanId == write.ParentId, "the span of its request came")).Kind);
    }

    [Fact]
    public async Task Each_program_names_itself_and_exports_traces_metrics_and_logs()
    {
        var site = await shared.StartedAsync(browser);
        await PathAsync(site.Collector);
        foreach (var (program, service, signals) in TelemetryDocument.Programs().Where(p => p.Service != "standalone"))
        {
            foreach (var signal in signals)
            {
                var (_, resource) = await Eventually.ResultAsync(
                    () => Task.FromResult(site.Collector.Resources.FirstOrDefault(r => r.Signal == signal && r.Resource.GetValueOrDefault("service.name") == service)),
                    found => found.Resource is not null, $"{signal} of {program} came", TimeSpan.FromMinutes(1));
                Assert.Equal("techtemp", resource["service.namespace"]);
                Assert.Matches(@"^\d+\.\d+\.\d+$", resource["service.version"]);
                Assert.True(Guid.TryParse(resource["service.instance.id"], out _));
            }
        }

        Assert.Subset(TelemetryDocument.Programs().Select(p => p.Service).ToHashSet(), site.Collector.Resources.Select(r => r.Resource["service.name"]).ToHashSet());
    }

    [Fact]
    public async Task Nothing_exported_contains_a_payload_or_a_measured_value()
    {
        var site = await shared.StartedAsync(browser);
        var device = Unique.Uid();
        const double Temperature = 27.3219;
        const double Humidity = 61.8427;
        await site.Stack.Broker.Client.PublishAsync(SampleReading.Topic(device), SampleReading.Payload(temperature: Temperature, humidity: Humidity));
        await site.Stack.Broker.Client.PublishAsync(SampleReading.Topic(device), SampleReading.Payload(temperature: 1234.5678, humidity: 100 + Humidity));
        await site.Collector.SpanAsync(s => s.Name == $"process {State}" && s.Attributes.GetValueOrDefault("messaging.destination.name") == SampleReading.StateTopic(device), "its live push came");
        var refused = await site.Collector.SpanAsync(s => s.Attributes.GetValueOrDefault("techtemp.outcome") == "rejected" && s.Attributes.GetValueOrDefault("messaging.destination.name") == SampleReading.Topic(device), "the refused message came");
        Assert.Equal("out-of-range", refused.Attributes["error.type"]);
        await site.Stack.Http.GetAsync($"/api/v1/devices/{device}/readings");
        await site.Collector.SpanAsync(s => s.Service == "api" && s.Attributes.GetValueOrDefault("url.path", "").Contains(device), "the request came");

        foreach (var text in new[] { "27.3219", "61.8427", "1234.5678", "temperature_c", "humidity_pct", SampleReading.TsText, "1757537685793" })
        {
            Assert.False(site.Collector.HasReceived(Encoding.UTF8.GetBytes(text)), $"'{text}' was exported.");
        }

        Assert.False(site.Collector.HasReceived(BitConverter.GetBytes(Temperature)));
        Assert.False(site.Collector.HasReceived(BitConverter.GetBytes(Humidity)));
    }

    [Fact]
    public async Task The_document_lists_every_span_with_its_attributes()
    {
        var site = await shared.StartedAsync(browser);
        var device = Unique.Uid();
        await PathAsync(site.Collector);
        // What the others have that this has not seen yet: a refused message, a read, and writes.
        await site.Stack.Broker.Client.PublishAsync(SampleReading.Topic(device), "{}");
        await site.Stack.Http.PostAsync("/api/v1/devices", new { device_uid = device, room_name = "Cellar" });
        await site.Stack.Http.PostAsync("/api/v1/readings", new { device_uid = device, temperature = 20, humidity = 40 });
        await site.Stack.Http.GetAsync($"/api/v1/devices/{device}/readings");
        await site.Collector.SpanAsync(s => s.Service == "api" && s.Name == "SELECT readings", "the read came");
        await site.Collector.SpanAsync(s => s.Service == "api" && s.Name == "INSERT readings", "the write came");
        await site.Collector.SpanAsync(s => s.Attributes.GetValueOrDefault("techtemp.outcome") == "rejected", "the refused message came");

        var documented = TelemetryDocument.Spans();
        var exported = site.Collector.Spans.Where(s => s.Scope.StartsWith("TechTemp.", StringComparison.Ordinal)).GroupBy(TelemetryDocument.Key).ToList();

        Assert.Equal(documented.Keys.Order(), exported.Select(g => g.Key).Order());
        foreach (var spans in exported)
        {
            var attributes = spans.SelectMany(s => s.Attributes.Keys).Distinct().Order().ToList();
            // Few tests fail everywhere that something can fail.
            Assert.Equal(documented[spans.Key].Where(a => a != "error.type"), attributes.Where(a => a != "error.type"));
            Assert.True(!attributes.Contains("error.type") || documented[spans.Key].Contains("error.type"), $"{spans.Key} has error.type");
        }
    }

    private static void IsComplete(IReadOnlyList<ExportedSpan> path)
    {
        Assert.Equal(
            [
                ("TechTemp.Device", $"publish {Reading}", 4),
                ("TechTemp.Ingest", $"process {Reading}", 5),
                ("TechTemp.Ingest", $"publish {State}", 4),
                ("TechTemp.Api", $"process {State}", 5),
                ("TechTemp.Dashboard", "update reading", 5),
            ],
            path.Select(s => (s.Scope, s.Name, s.Kind)));
        Assert.Single(path.Select(s => s.TraceId).Distinct());
        Assert.Empty(path[0].ParentId);
    }

    // From the sensor to the dashboard: each the parent of the next.
    private static async Task<IReadOnlyList<ExportedSpan>> PathAsync(OtlpCollector collector)
    {
        var update = await collector.SpanAsync(
            s => s.Name == "update reading" && collector.Spans.Any(d => d.Scope == "TechTemp.Device" && d.TraceId == s.TraceId), "an update of the dashboard came, of a simulated sensor");
        List<ExportedSpan> path = [update];
        while (path[0].ParentId.Length > 0)
        {
            var child = path[0];
            path.Insert(0, await collector.SpanAsync(s => s.SpanId == child.ParentId, $"the parent of '{child.Name}' came"));
        }

        return path;
    }
}
