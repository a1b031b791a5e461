using System.Globalization;
using System.Text.Json.Nodes;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>Why messages were refused, in the viewer's language.</summary>
public sealed class RejectedTests(Browser browser)
{
    [Fact]
    public async Task Every_refusal_that_a_sensor_can_cause_is_told_in_French()
    {
        await using var site = await Site.StartAsync("--Ingest:MaxAutoRegistered=1");
        var now = TimeProvider.System.GetUtcNow();
        string Reading(string fields) => string.Create(CultureInfo.InvariantCulture, $$"""{"ts":{{now.ToUnixTimeMilliseconds()}},{{fields}}}""");
        const string Values = "\"temperature_c\":20,\"humidity_pct\":40";
        await site.PublishAsync("s1", 20, 40, now);
        await site.PublishAsync("s1", 25, 40, now);
        (string Topic, string Payload)[] messages =
        [
            ("home/h/sensors/s 1/reading", Reading(Values)),
            ("home/h/sensors/s1/reading", new string('x', 9000)),
            ("home/h/sensors/s1/reading", "hello"),
            ("home/h/sensors/s1/reading", "[1]"),
            ("home/h/sensors/s1/reading", $"{{{Values}}}"),
            ("home/h/sensors/s1/reading", Reading("\"temperature_c\":\"20\",\"humidity_pct\":40")),
            ("home/h/sensors/s1/reading", Reading($"\"seq\":-1,{Values}")),
            ("home/h/sensors/s1/reading", Reading($"\"seq\":1,\"seq_oldest\":2,{Values}")),
            ("home/h/sensors/s1/reading", $"{{\"ts\":1757537685,{Values}}}"),
            ("home/h/sensors/s1/reading", $"{{\"ts\":{now.AddDays(2).ToUnixTimeMilliseconds()},{Values}}}"),
            ("home/h/sensors/s1/reading", $"{{\"ts\":4200000000000,{Values}}}"),
            ("home/h/sensors/s1/reading", $"{{\"ts\":{now.AddSeconds(-1).ToUnixTimeMilliseconds()},\"temperature_c\":99.5,\"humidity_pct\":40}}"),
            ("home/h/sensors/s1/reading", Reading("\"voc_index\":900,\"pm25_ugm3\":-1.5")),
            ("home/h/sensors/s1/reading", Reading("\"wind\":3")),
            ("home/other/sensors/s1/reading", Reading(Values)),
            ("home/h/sensors/s2/reading", Reading(Values)),
        ];
        foreach (var (topic, payload) in messages)
        {
            await site.Mqtt.PublishAsync(topic, payload);
        }

        await Eventually.TrueAsync(async () => (await site.Http.DataAsync("/api/v1/rejected?limit=100")).AsArray().Count == messages.Length + 1, "every message was refused");
        var french = Screens.Desktop();
        french.Locale = "fr-BE";
        await using var visit = await browser.VisitAsync(site.Address, french);
        await visit.OpenAsync("/devices");

        await Assertions.Expect(visit.Page.Locator("[data-rejected]")).ToHaveCountAsync(messages.Length + 1);
        Assert.Empty(await visit.Page.Locator("[data-rejected] [lang=en]").AllTextContentsAsync());
        await Assertions.Expect(visit.Page.GetByText("temperature_c doit être entre -40 et 85 °C ; valeur reçue : 99,5")).ToBeVisibleAsync();
        await visit.AccessibleAsync();

        // A new sentence of the API is shown as it is, and said to be English.
        var english = (await site.Http.DataAsync("/api/v1/rejected?limit=100")).AsArray();
        Assert.Equal(10, english.Select(m => (string)m!["reason"]!).Distinct().Count());
    }
}
