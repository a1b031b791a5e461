using KiotaClient;
using KiotaClient.Api.V1.Devices.Item;
using KiotaClient.Models;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

internal static class KiotaCalls
{
    public static async Task RunAsync(HttpClient http, string url, Scenario scenario)
    {
        using var adapter = new HttpClientRequestAdapter(new AnonymousAuthenticationProvider(), httpClient: http) { BaseUrl = url };
        var root = new TechTempClient(adapter);
        var api = root.Api.V1;
        var uid = scenario.Uid;
        scenario.Check((await root.Health.GetAsync())?.Status == Health_status.Ok, "health");

        var room = await api.Rooms.PostAsync(new() { Name = uid, Uid = uid });
        scenario.Check(room?.Data?.Uid == uid && room.Data.Floor is null, "a new room");

        var created = await api.Devices.PostAsync(new() { DeviceUid = uid, RoomUid = uid, Label = "Window" });
        scenario.Check(created?.Data?.Device?.Status == Device_status.Never && created.Data.Room is not null, "a new device");

        var one = await api.Readings.PostAsync(new()
        {
            ReadingsPostRequestBodyPostedReading = new() { DeviceUid = uid, Ts = new() { DateTimeOffset = Scenario.Ts }, Temperature = 21.02, Humidity = 63.33 },
        });
        scenario.Check(one?.Data?.Accepted == 1, "one reading");

        var many = await api.Readings.PostAsync(new()
        {
            PostedReading =
            [
                new() { DeviceUid = uid, Ts = new() { DateTimeOffset = Scenario.Ts }, Temperature = 21.02, Humidity = 63.33 },
                new() { DeviceUid = uid, Ts = new() { Int64 = Scenario.Ts.AddMinutes(1).ToUnixTimeMilliseconds() }, Temperature = 21.5, Humidity = 60 },
            ],
        });
        scenario.Check(many?.Data is { Accepted: 1, Duplicates: 1 }, "many readings");

        scenario.Check((await api.Devices[uid].GetAsync())?.Data?.LastSeenAt == Scenario.Ts.AddMinutes(1), "a device");
        scenario.Check((await api.Devices.GetAsync())?.Data?.Any(d => d.Uid == uid) == true, "all devices");
        scenario.Check((await api.Readings.Latest.GetAsync(r => r.QueryParameters.DeviceId = uid))?.Data?.Single().Temperature == 21.5, "the newest reading");

        var buckets = await api.Devices[uid].Readings.GetAsync(r => (r.QueryParameters.Bucket, r.QueryParameters.Limit) = ("day", 5));
        scenario.Check(buckets?.Data?.Single() is { Count: 2, HumidityMax: 63.33 } && buckets.NextCursor is null, "buckets");

        var patched = (await api.Devices[uid].PatchAsync(new() { Model = "AHT20", AdditionalData = new Dictionary<string, object> { ["label"] = null! } }))?.Data;
        scenario.Check(patched?.Device is { Label: null, Model: "AHT20" } && patched.Room is not null, "a patch");
        scenario.Check((await api.Devices[uid].PutAsync(new() { Label = "Door" }))?.Data?.Device?.Label == "Door", "a change");

        try
        {
            await api.Rooms.PostAsync(new() { Name = "" });
            scenario.Check(false, "an error by field");
        }
        catch (Problem e)
        {
            scenario.Check(e.Errors?.AdditionalData.ContainsKey("name") == true && e.Error == e.Detail, "an error by field");
        }

        scenario.Check((await api.Devices[uid].DeleteAsync(r => r.QueryParameters.ReadingsAsDeleteReadingsQueryParameterType = DeleteReadingsQueryParameterType.Delete))?.Data?.Uid == uid, "a device deleted");
        try
        {
            await api.Devices[uid].GetAsync();
            scenario.Check(false, "no device");
        }
        catch (Problem e)
        {
            scenario.Check(e.Status == 404, "no device");
        }
    }
}
