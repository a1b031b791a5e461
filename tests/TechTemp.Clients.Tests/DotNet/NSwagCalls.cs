using System.Text.Json;
using System.Text.Json.Serialization;
using NSwagClient;

internal static class NSwagCalls
{
    public static async Task RunAsync(HttpClient http, string url, Scenario scenario)
    {
        var api = new TechTempClient(http) { BaseUrl = url };
        var uid = scenario.Uid;
        scenario.Check((await api.GetHealthAsync()).Status == HealthStatus.Ok, "health");

        var room = await api.CreateRoomAsync(new() { Name = uid, Uid = uid });
        scenario.Check(room.Data.Uid == uid && room.Data.Floor is null, "a new room");

        var created = await api.CreateDeviceAsync(new() { Device_uid = uid, Room_uid = uid, Label = "Window" });
        scenario.Check(created.Data.Device.Room?.Uid == uid && created.Data.Device.Status == DeviceStatus.Never, "a new device");

        // It makes one object of a body that is one or many: the rest comes one by one.
        var one = await api.PostReadingsAsync(null, new() { Device_uid = uid, Ts = Scenario.Ts, Temperature = 21.02, Humidity = 63.33 });
        scenario.Check(one.Data.Accepted == 1, "one reading");

        var another = await api.PostReadingsAsync(uid, new() { Ts = Scenario.Ts.AddMinutes(1), Temperature = 21.5, Humidity = 60 });
        scenario.Check(another.Data.Accepted == 1, "another reading");

        scenario.Check((await api.GetDeviceAsync(uid)).Data.Last_seen_at == Scenario.Ts.AddMinutes(1), "a device");
        scenario.Check((await api.GetDevicesAsync(null, null, null, null, null, null, null)).Data.Any(d => d.Uid == uid), "all devices");
        scenario.Check((await api.GetLatestReadingsAsync(uid, null, null, null, null, null)).Data.Single().Temperature == 21.5, "the newest reading");

        var buckets = await api.GetDeviceReadingsAsync(uid, null, null, "day", null, 5, null, null, null);
        scenario.Check(buckets.Data.Single() is { Count: 2, Humidity_max: 63.33 } && buckets.Next_cursor is null, "buckets");

        var patched = (await api.PatchDeviceAsync(uid, new() { Model = "AHT20", AdditionalProperties = { ["label"] = null! } })).Data;
        scenario.Check(patched.Device is { Label: null, Model: "AHT20" } && patched.Room?.Uid == uid, "a patch");
        scenario.Check((await api.UpdateDeviceAsync(uid, new() { Label = "Door" })).Data.Device.Label == "Door", "a change");

        try
        {
            await api.CreateRoomAsync(new() { Name = "" });
            scenario.Check(false, "an error by field");
        }
        catch (ApiException<Problem> e)
        {
            scenario.Check(e.Result.Errors?["name"].Count == 1 && e.Result.Error == e.Result.Detail, "an error by field");
        }

        scenario.Check((await api.DeleteDeviceAsync(uid, Readings.Delete)).Data.Uid == uid, "a device deleted");
        try
        {
            await api.GetDeviceAsync(uid);
            scenario.Check(false, "no device");
        }
        catch (ApiException<Problem> e)
        {
            scenario.Check(e.Result.Status == 404, "no device");
        }
    }
}

namespace NSwagClient
{
    public partial class TechTempClient
    {
        // Else each property that is not set is sent as null, which clears it.
        static partial void UpdateJsonSerializerSettings(JsonSerializerOptions settings) => settings.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
    }
}
