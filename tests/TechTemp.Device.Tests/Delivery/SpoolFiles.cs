using TechTemp.Clients.Device.Spool;

namespace TechTemp.Clients.Device.Tests.Delivery;

/// <summary>What a device's spool has on disk, released or not, read without the device.</summary>
internal static class SpoolFiles
{
    /// <summary>Every whole record, in order.</summary>
    public static List<NumberedReading> Read(string folder)
    {
        var found = new List<NumberedReading>();
        foreach (var segment in SpoolSegment.List(folder))
        {
            using (segment)
            {
                found.AddRange(segment.Read(segment.First, SpoolSegment.Capacity));
            }
        }

        return found;
    }

    /// <summary>The last file, which is written now.</summary>
    public static string Last(string folder) => Directory.GetFiles(folder, "*.spool").Order(StringComparer.Ordinal).Last();

    /// <summary>Checks that the store has these readings of a device, each once, as they were taken, and no other.</summary>
    public static async Task StoredAsync(ApiClient http, string device, IReadOnlyCollection<NumberedReading> readings)
    {
        var path = $"/api/v1/devices/{device}/readings?limit=10000";
        var stored = await Eventually.ResultAsync(
            async () => await http.GetAsync(path) is { Status: 200 } answer ? answer.Data.AsArray() : [],
            rows => rows.Count >= readings.Count,
            $"{readings.Count} readings are stored",
            TimeSpan.FromSeconds(60));
        Assert.Equal(
            readings.Select(r => (SampleReading.Text(r.Reading.Ts), r.Reading.Temperature, r.Reading.Humidity)).Order(),
            stored.Select(r => ((string)r!["ts"]!, (double)r["temperature"]!, (double)r["humidity"]!)).Order());
        Assert.Empty((await http.DataAsync($"/api/v1/rejected?deviceId={device}")).AsArray());
    }
}
