namespace TechTemp.Integration.Tests.Former;

/// <summary>What the previous version was asked: every GET route of v1 in its forms, over all that the store of <see cref="FormerStoreMaker"/> holds.</summary>
internal static class FormerRequests
{
    /// <summary>All requests but the pages after a first one.</summary>
    /// <returns>The path and query, the <c>Accept</c> header, and how many pages are followed from there on.</returns>
    public static IEnumerable<(string Path, string? Accept, int Pages)> All() => Registry().Concat(Series()).Concat(Exports()).Concat(Gaps());

    private static IEnumerable<(string Path, string? Accept, int Pages)> Registry()
    {
        string[] paths =
        [
            "/devices", "/devices?search=kitchen", "/devices?home=cabin", "/devices?room=salon", "/devices?status=never", "/devices?status=offline", "/devices?provisioned=false",
            "/rooms", "/rooms/salon", "/rooms/kitchen", "/rooms/attic", "/rooms/cellar", "/rooms/nowhere",
            "/readings/latest", "/readings/latest?calibrated=false", "/readings/latest?deviceId=salon-1", "/readings/latest?roomId=kitchen", "/readings/latest?homeId=cabin", "/readings/latest?limit=0",
            "/rejected", "/rejected?reason=out-of-range", "/rejected?reason=unknown-device", "/rejected?reason=too-old", "/rejected?deviceId=salon-1",
            "/system",
            "/devices/nobody", "/devices/nobody/readings", "/devices/nobody/gaps", "/rooms/nowhere/readings", "/devices/salon-1/readings?bucket=PT7M", "/devices/salon-1/readings?bucket=day&tz=Nowhere/City",
        ];
        return paths.Select(path => ($"/api/v1{path}", (string?)null, 1))
            .Concat([("/api/v1/devices?limit=2", null, 9), ("/api/v1/readings/latest?limit=2", null, 9), ("/api/v1/rejected?limit=3", null, 9)])
            .Concat(FormerStoreMaker.Devices.SelectMany(uid => new[] { "", "/placements", "/calibrations" }.Select(part => ($"/api/v1/devices/{uid}{part}", (string?)null, 1))));
    }

    private static IEnumerable<(string Path, string? Accept, int Pages)> Series()
    {
        var series = FormerStoreMaker.Devices.Select(uid => $"/api/v1/devices/{uid}/readings").Concat(FormerStoreMaker.Rooms.Select(uid => $"/api/v1/rooms/{uid}/readings")).ToList();
        foreach (var path in series)
        {
            yield return (path, null, 3);
            yield return ($"{path}?limit=700", null, 2);
            yield return ($"{path}?limit=90&to=2026-08-16T10:00:00Z&calibrated=false", null, 6);
            yield return ($"{path}?from=2026-07-09T22:00:00Z&to=2026-07-11T18:00:00%2B02:00&limit=400", null, 3);
            yield return ($"{path}?from=2026-08-20T09:58:00Z&to=2026-08-20T10:02:00Z&limit=150", null, 2);
            yield return ($"{path}?to=2026-04-12&limit=500", null, 2);
            foreach (var calibrated in new[] { "", "&calibrated=false" })
            {
                yield return ($"{path}?bucket=day{calibrated}", null, 1);
                yield return ($"{path}?bucket=day&tz=Europe/Brussels{calibrated}", null, 1);
                yield return ($"{path}?bucket=day&tz=Asia/Kathmandu{calibrated}", null, 1);
                yield return ($"{path}?bucket=hour&from=2026-08-01T06:20:00Z&to=2026-08-25T11:11:11Z{calibrated}", null, 1);
                yield return ($"{path}?bucket=PT15M&from=2026-08-13T09:40:00Z&to=2026-08-16T01:07:30Z{calibrated}", null, 1);
            }

            // A day of more than 6,000 readings, one of more than 1,500, one with a removal, one with a reading in two thirds of a day, the newest one.
            foreach (var day in new[] { "2026-08-20", "2026-08-15", "2026-07-20", "2026-09-11", "2026-09-20" })
            {
                yield return ($"{path}?bucket=PT15M&from={day}&to={day}", null, 1);
                yield return ($"{path}?bucket=PT45M&from={day}T01:01:01Z&to={day}T22:22:22Z", null, 1);
                yield return ($"{path}?bucket=PT3H&from={day}T05:45:00%2B05:45&to={day}T22:22:22Z", null, 1);
            }

            yield return ($"{path}?bucket=PT6H&limit=40", null, 3);
            yield return ($"{path}?bucket=P7D", null, 1);
            yield return ($"{path}?bucket=P1D&limit=7", null, 3);
            yield return ($"{path}?bucket=PT1H30M&to=2026-07-12", null, 1);
        }

        // What retention has left: hours, then quarters of hours, then readings; with summer time, a move and a calibration in it.
        foreach (var path in new[] { "/api/v1/devices/attic-1/readings", "/api/v1/rooms/attic/readings", "/api/v1/rooms/kitchen/readings", "/api/v1/devices/cabin-1/readings" })
        {
            foreach (var bucket in new[] { "PT15M", "PT30M", "hour", "PT3H", "PT6H", "day", "day&tz=Europe/Brussels", "day&tz=Asia/Kathmandu", "P7D" })
            {
                yield return ($"{path}?bucket={bucket}&to=2026-04-12", null, 1);
                yield return ($"{path}?bucket={bucket}&from=2026-04-02T10:37:00Z&to=2026-04-08T09:09:09Z&calibrated=false", null, 1);
                yield return ($"{path}?bucket={bucket}&limit=20&to=2026-04-11", null, 3);
            }
        }
    }

    private static IEnumerable<(string Path, string? Accept, int Pages)> Exports()
    {
        foreach (var path in new[] { "/api/v1/devices/kitchen-1/readings", "/api/v1/devices/cabin-1/readings", "/api/v1/devices/attic-1/readings", "/api/v1/rooms/salon/readings", "/api/v1/rooms/kitchen/readings" })
        {
            yield return ($"{path}?from=2026-08-14&to=2026-08-16", "text/csv", 1);
            yield return ($"{path}?to=2026-04-11&calibrated=false", "text/csv", 1);
            yield return ($"{path}?from=2026-09-10", "text/csv", 1);
            yield return ($"{path}?bucket=hour&from=2026-08-14&to=2026-08-21", "text/csv", 1);
            yield return ($"{path}?bucket=day&tz=Europe/Brussels", "text/csv", 1);
            yield return ($"{path}?from=2026-09-19T12:00:00Z", "application/vnd.apache.parquet", 1);
            yield return ($"{path}?from=2026-08-15&to=2026-08-15T03:00:00Z&calibrated=false", "application/vnd.apache.parquet", 1);
        }

        yield return ("/api/v1/devices/kitchen-1/readings", "text/csv", 1);
        yield return ("/api/v1/devices/kitchen-1/readings", "image/png", 1);
        yield return ("/api/v1/devices/kitchen-1/readings?limit=3", "text/csv", 1);
    }

    private static IEnumerable<(string Path, string? Accept, int Pages)> Gaps() => FormerStoreMaker.Devices.Select(uid => $"/api/v1/devices/{uid}/gaps").SelectMany(path => new (string, string?, int)[]
    {
        ($"{path}?from=2026-06-20&to=2026-09-25", null, 1),
        ($"{path}?from=2026-03-01&to=2026-09-25&longer_than=PT2H", null, 1),
        ($"{path}?from=2026-07-10T12:00:00Z&to=2026-07-25T09:00:00Z&longer_than=PT6M&limit=5", null, 4),
        ($"{path}?from=2026-08-01&to=2026-08-20T11:30:00Z&limit=10", null, 2),
        ($"{path}?from=2026-03-01&to=2026-04-15", null, 1),
    });
}
