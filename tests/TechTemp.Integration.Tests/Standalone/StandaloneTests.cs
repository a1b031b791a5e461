using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace TechTemp.Integration.Tests.Standalone;

/// <summary>Everything in one process.</summary>
public sealed class StandaloneTests
{
    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task An_acknowledged_reading_is_in_the_store_at_once(string version)
    {
        await using var run = await StandaloneRun.StartAsync();

        Assert.Equal(0, await run.TryPublishAsync(SampleReading.Topic("s1"), SampleReading.Payload(), "-V", version));

        var latest = Assert.Single((await run.Http.DataAsync("/api/v1/readings/latest")).AsArray())!;
        Assert.Equal(("s1", SampleReading.TsText, 21.02, 63.33), ((string?)latest["device_id"], (string?)latest["ts"], (double)latest["temperature"]!, (double)latest["humidity"]!));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_quality_of_service_is_taken(int qos)
    {
        await using var run = await StandaloneRun.StartAsync();

        await run.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload(), qos);

        await Eventually.TrueAsync(async () => (await run.Http.DataAsync("/api/v1/readings/latest")).AsArray().Count == 1, "the reading is stored");
    }

    [Fact]
    public async Task What_was_stored_is_there_after_a_restart()
    {
        await using var run = await StandaloneRun.StartAsync();
        await run.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload());

        Assert.Equal(0, await run.Host.StopAsync());
        Assert.Empty(run.Host.Error);
        await run.StartAgainAsync();

        Assert.Equal("s1", (string?)Assert.Single((await run.Http.DataAsync("/api/v1/readings/latest")).AsArray())!["device_id"]);
    }

    [Fact]
    public async Task States_are_retained_over_a_restart()
    {
        await using var run = await StandaloneRun.StartAsync();
        await run.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload());
        await run.Host.StopAsync();

        await run.StartAgainAsync();

        await Eventually.TrueAsync(async () => await run.Client.RetainedAsync(SampleReading.StateTopic("s1")) is not null, "the state is retained again");
    }

    [Fact]
    public async Task A_state_follows_a_reading_and_is_retained()
    {
        await using var run = await StandaloneRun.StartAsync();
        await run.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload());

        var state = await Eventually.ResultAsync(() => run.Client.RetainedAsync(SampleReading.StateTopic("s1")), state => state is not null, "the state is retained");

        Assert.Equal($$"""{"ts":{{SampleReading.Ts}},"temperature_c":21.02,"humidity_pct":63.33,"room":null}""", state);
    }

    [Fact]
    public async Task The_states_are_retained_again_after_a_restart()
    {
        await using var run = await StandaloneRun.StartAsync();
        await run.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload());
        await run.Client.PublishAsync(SampleReading.Topic("s1"), SampleReading.Payload(SampleReading.Ts - 1));
        await run.Host.StopAsync();
        await run.StartAgainAsync();

        var state = await Eventually.ResultAsync(() => run.Client.RetainedAsync(SampleReading.StateTopic("s1")), state => state is not null, "the state is retained");
        Assert.Contains($"\"ts\":{SampleReading.Ts},", state, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task A_packet_larger_than_64_KiB_ends_its_connection_alone(string version)
    {
        await using var run = await StandaloneRun.StartAsync();
        await using var other = run.Client.Subscribe("notes");
        await Eventually.TrueAsync(
            async () =>
            {
                await run.Client.PublishAsync("notes", new string('x', 65_000));
                return other.Output.Contains("xxx", StringComparison.Ordinal);
            },
            "the subscriber has a large packet");

        // In MQTT 5 the client has been told the limit: it sends nothing, and mosquitto_pub calls that a success.
        var exitCode = await run.TryPublishAsync("notes", new string('y', 65_536), "-V", version);
        Assert.True(version == "mqttv5" || exitCode != 0);

        await run.Client.PublishAsync("notes", "z");
        await Eventually.TrueAsync(() => other.Output.Contains(" z", StringComparison.Ordinal), "the subscriber is still there");
        Assert.DoesNotContain("yyy", other.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_message_is_acknowledged_and_listed_with_its_reason()
    {
        await using var run = await StandaloneRun.StartAsync();

        await run.Client.PublishAsync(SampleReading.Topic("s1"), "21.5 degrees");
        await run.Client.PublishAsync("home/h/sensors/not%20valid/reading", SampleReading.Payload());

        var rejected = (await run.Http.DataAsync("/api/v1/rejected")).AsArray();
        Assert.Equal(["invalid-topic", "invalid-json"], rejected.Select(r => (string?)r!["reason"]));
    }

    [Fact]
    public async Task With_credentials_set_only_who_gives_them_may_publish()
    {
        await using var run = await StandaloneRun.StartAsync(("MQTT_USERNAME", "house"), ("MQTT_PASSWORD", "s3cret"));

        Assert.NotEqual(0, await run.TryPublishAsync(SampleReading.Topic("nobody"), SampleReading.Payload()));
        Assert.NotEqual(0, await run.TryPublishAsync(SampleReading.Topic("wrong"), SampleReading.Payload(), "-u", "house", "-P", "guess"));
        Assert.Equal(0, await run.TryPublishAsync(SampleReading.Topic("right"), SampleReading.Payload(), "-u", "house", "-P", "s3cret"));

        Assert.Equal("right", (string?)Assert.Single((await run.Http.DataAsync("/api/v1/devices")).AsArray())!["uid"]);
    }

    [Fact]
    public async Task Refused_logins_are_logged_and_slowed_down_and_who_has_the_password_still_comes_in_later()
    {
        await using var run = await StandaloneRun.StartAsync(("MQTT_USERNAME", "house"), ("MQTT_PASSWORD", "s3cret"));
        for (var i = 0; i < 14; i++)
        {
            Assert.NotEqual(0, await run.TryPublishAsync(SampleReading.Topic("wrong"), SampleReading.Payload(), "-u", "ho\u202euse", "-P", $"guess{i}"));
        }

        await run.Host.LogsAsync(@"Refused the login of 'ho\\u202euse' from (\[::ffff:)?127\.0\.0\.1\]?:\d+: wrong user name or password");
        Assert.DoesNotContain("guess", run.Host.Output, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => await run.TryPublishAsync(SampleReading.Topic("right"), SampleReading.Payload(), "-u", "house", "-P", "s3cret") == 0, "the right password is accepted");
    }

    [Fact]
    public async Task A_second_one_on_the_same_store_is_refused_and_after_a_kill_the_store_is_free()
    {
        await using var run = await StandaloneRun.StartAsync();
        var settings = new Dictionary<string, string>(run.Host.Settings)
        {
            ["HTTP_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
            ["MQTT_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture),
        };

        await using (var second = HostProcess.Start("TechTemp.Standalone", settings))
        {
            Assert.Equal(1, await second.ExitAsync());
            Assert.Contains($"Another TechTemp.Standalone is running on the store '{settings["DB_PATH"]}'", second.Error, StringComparison.Ordinal);
        }

        run.Host.Kill();
        await run.Host.ExitAsync();
        await using var third = await HostProcess.StartHealthyAsync("TechTemp.Standalone", settings);
        await third.LogsAsync(Regex.Escape($"Store: {settings["DB_PATH"]}"));
    }

    [Fact]
    public async Task A_taken_MQTT_port_is_named_in_one_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, FreePort.Next());
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        await using var host = HostProcess.Start("TechTemp.Standalone", [KeyValuePair.Create("MQTT_PORT", port)]);

        Assert.Equal(1, await host.ExitAsync());
        var line = Assert.Single(host.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"{port} is in use", line, StringComparison.Ordinal);
        Assert.Contains("MQTT_PORT", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_has_six_rooms_with_a_week_of_history_and_live_readings()
    {
        await using var host = await HostProcess.StartHealthyAsync(
            "TechTemp.Standalone", [KeyValuePair.Create("MQTT_PORT", FreePort.Next().ToString(CultureInfo.InvariantCulture))], "--demo");
        await Eventually.TrueAsync(async () => (await host.Http.DataAsync("/api/v1/rooms")).AsArray().Count == 6, "six rooms are there");

        var kitchen = "/api/v1/devices/demo-kitchen/readings";
        await Eventually.TrueAsync(
            async () => await host.Http.GetAsync($"{kitchen}?bucket=day") is { Status: 200 } answer && answer.Data.AsArray().Count >= 8,
            "a week of days is there");
        var days = (await host.Http.DataAsync($"{kitchen}?bucket=day")).AsArray();
        Assert.All(days.Skip(1).SkipLast(1), day => Assert.Equal(288, (int)day!["count"]!));
        Assert.All(days.Skip(1).SkipLast(1), day => Assert.InRange((double)day!["temperature_max"]! - (double)day["temperature_min"]!, 2, 15));

        var first = (string?)(await host.Http.DataAsync($"{kitchen}?limit=1"))[0]!["ts"];
        await Eventually.TrueAsync(
            async () => (await host.Http.DataAsync($"{kitchen}?limit=1"))[0] is { } reading && (string?)reading["source"] == "mqtt" && (string?)reading["ts"] != first,
            "the next live reading comes");
        Assert.Empty((await host.Http.DataAsync("/api/v1/rejected")).AsArray());
        Assert.True(File.Exists(Path.Combine(host.WorkingFolder, "data", "demo.db")));
        Assert.False(File.Exists(Path.Combine(host.WorkingFolder, "data", "techtemp.db")));
    }

    [Fact]
    public async Task The_dashboard_is_at_the_root_and_what_is_not_there_is_a_problem_in_JSON()
    {
        await using var run = await StandaloneRun.StartAsync();

        var page = await run.Http.GetAsync("/");

        Assert.Equal((200, "text/html; charset=utf-8"), (page.Status, page.Header("Content-Type")));
        var style = Regex.Match(page.Body, "css/dashboard[^\"]*").Value;
        Assert.Equal((200, "text/css"), await StatusAndTypeAsync($"/{style}"));
        foreach (var path in new[] { "/api/v1/nothing", "/api", "/health/nothing", "/nothing" })
        {
            Assert.Equal((404, "application/problem+json"), await StatusAndTypeAsync(path));
        }

        Assert.Equal((200, "application/json; charset=utf-8"), await StatusAndTypeAsync("/api/v1/readings/latest"));
        Assert.Equal(200, (await run.Http.GetAsync("/health")).Status);
        Assert.Equal(200, (await run.Http.GetAsync("/alive")).Status);
        Assert.Equal(200, (await run.Http.GetAsync("/openapi/v1.json")).Status);
        Assert.Equal(200, (await run.Http.GetAsync("/scalar/")).Status);

        async Task<(int Status, string Type)> StatusAndTypeAsync(string path)
        {
            var answer = await run.Http.GetAsync(path);
            return (answer.Status, answer.Header("Content-Type"));
        }
    }
}
