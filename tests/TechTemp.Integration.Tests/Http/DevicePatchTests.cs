using System.Text.Json.Nodes;

namespace TechTemp.Integration.Tests.Http;

/// <summary>PATCH of a device: a JSON merge patch (RFC 7396).</summary>
public sealed class DevicePatchTests(SharedStacks stacks) : ApiTest(stacks)
{
    private const string ContentType = "application/merge-patch+json";

    private string Room => $"{Device}-room";

    [Fact]
    public async Task What_is_absent_stays_and_null_clears()
    {
        await ProvisionAsync();
        var answer = await PatchAsync("""{"label":"Door"}""");
        Assert.Equal(200, answer.Status);
        AssertDevice(answer.Data["device"]!, "Door", "AHT20", Room);

        AssertDevice((await PatchAsync("""{"label":null}""")).Data["device"]!, null, "AHT20", Room);
        AssertDevice((await PatchAsync("""{"model":null}""")).Data["device"]!, null, null, Room);
        AssertDevice((await PatchAsync("{}")).Data["device"]!, null, null, Room);
    }

    [Theory]
    [InlineData("""{"room_name":null}""")]
    [InlineData("""{"room_uid":null}""")]
    [InlineData("""{"room_uid":null,"room_name":null}""")]
    public async Task A_room_of_null_takes_the_device_out_of_its_room(string patch)
    {
        await ProvisionAsync();
        var answer = await PatchAsync(patch);
        AssertDevice(answer.Data["device"]!, "Window", "AHT20", null);
        Assert.Null(answer.Data["room"]);
        var placement = Assert.Single((await Http.DataAsync($"/api/v1/devices/{Device}/placements")).AsArray());
        Assert.NotNull(placement!["to"]);

        Assert.Equal(200, (await PatchAsync(patch)).Status);
        AssertDevice((await PatchAsync($$"""{"room_uid":null,"room_name":"{{Room}}"}""")).Data["device"]!, "Window", "AHT20", Room);
    }

    [Fact]
    public async Task A_device_leaves_its_room_at_the_moment_that_is_named()
    {
        await ProvisionAsync();
        Assert.Equal(200, (await Http.PostAsync("/api/v1/readings", new { device_uid = Device, ts = SampleReading.TsText, temperature = 21, humidity = 50 })).Status);
        Assert.Equal(200, (await PatchAsync($$"""{"room_uid":"{{Room}}","moved_at":"2025-01-01T00:00:00Z"}""")).Status);
        Assert.Equal(200, (await PatchAsync("""{"room_uid":null,"moved_at":"2025-02-01T00:00:00Z"}""")).Status);
        var placement = Assert.Single((await Http.DataAsync($"/api/v1/devices/{Device}/placements")).AsArray());
        Assert.Equal("2025-02-01T00:00:00.000Z", (string?)placement!["to"]);
        Assert.Empty((await Http.DataAsync($"/api/v1/rooms/{Room}/readings")).AsArray());
    }

    [Theory]
    [InlineData("""{"label":""}""", "label")]
    [InlineData("""{"model":17}""", "model")]
    [InlineData("""{"room_uid":"a b"}""", "room_uid")]
    [InlineData("""{"moved_at":"2025-01-01T00:00:00Z"}""", "moved_at")]
    [InlineData("""{"room_uid":null,"moved_at":"1999-01-01T00:00:00Z"}""", "moved_at")]
    public async Task What_is_wrong_is_told_by_field_and_changes_nothing(string patch, string field)
    {
        await ProvisionAsync();
        var answer = await PatchAsync(patch);
        Assert.Equal(400, answer.Status);
        Assert.NotNull(answer.Json["errors"]![field]);
        AssertDevice(await Http.DataAsync($"/api/v1/devices/{Device}"), "Window", "AHT20", Room);
    }

    [Fact]
    public async Task A_patch_of_no_device_is_404_and_of_no_object_400()
    {
        Assert.Equal(404, (await PatchAsync("""{"label":"x"}""")).Status);
        await ProvisionAsync();
        Assert.Equal(400, (await PatchAsync("[]")).Status);
        Assert.Equal(400, (await PatchAsync("null")).Status);
        Assert.Equal(400, (await PatchAsync("")).Status);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json-patch+json")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task Another_content_type_is_415_and_the_answer_names_the_right_one(string? contentType)
    {
        await ProvisionAsync();
        var answer = await Http.SendAsync("PATCH", $"/api/v1/devices/{Device}", """{"label":null}""", contentType);
        Assert.Equal(415, answer.Status);
        Assert.Equal(ContentType, answer.Header("Accept-Patch"));
        Assert.Contains(ContentType, (string?)answer.Json["error"], StringComparison.Ordinal);
        AssertDevice(await Http.DataAsync($"/api/v1/devices/{Device}"), "Window", "AHT20", Room);
    }

    private static void AssertDevice(JsonNode device, string? label, string? model, string? room)
    {
        Assert.Equal((label, model, room), ((string?)device["label"], (string?)device["model"], (string?)device["room"]?["uid"]));
    }

    private async Task ProvisionAsync() =>
        Assert.Equal(201, (await Http.PostAsync("/api/v1/devices", new { device_uid = Device, room_name = Room, room_uid = Room, label = "Window", model = "AHT20" })).Status);

    private Task<Answer> PatchAsync(string patch) => Http.SendAsync("PATCH", $"/api/v1/devices/{Device}", patch, ContentType);
}
