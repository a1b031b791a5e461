using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TechTemp.Dashboard.Tests.Pages;

/// <summary>Three hundred sensors in sixty rooms, and ten visitors.</summary>
public sealed class ManyDevicesTests(Browser browser)
{
    private const int Rooms = 60, SensorsPerRoom = 5, Pages = 10;

    [Fact]
    public async Task Ten_visitors_follow_three_hundred_sensors_in_sixty_rooms()
    {
        await using var site = await Site.StartAsync("--Ingest:MaxAutoRegistered=1000");
        await Population.FillAsync(site, Rooms, SensorsPerRoom);
        var visits = new List<Visit>();
        try
        {
            for (var n = 0; n < Pages; n++)
            {
                var visit = await browser.VisitAsync(site.Address);
                visits.Add(visit);
                await visit.OpenAsync(n % 2 == 0 ? "/" : "/devices");
            }

            foreach (var (visit, n) in visits.Select((v, n) => (v, n)))
            {
                // A page of the list, with the room of every sensor that it shows.
                await Assertions.Expect(visit.Page.Locator(n % 2 == 0 ? ".room" : "li[data-device]")).ToHaveCountAsync(n % 2 == 0 ? 36 : 48);
                await Assertions.Expect(visit.Page.GetByText(n % 2 == 0 ? "Page 1 of 2" : "Page 1 of 7")).ToBeVisibleAsync();
            }

            await Assertions.Expect(visits[0].Page.Locator("[data-room=room-7] .sensors li")).ToHaveCountAsync(SensorsPerRoom);

            // All sensors send at once, and every page shows it.
            for (var round = 0; round < 3; round++)
            {
                await Population.SendAsync(site, Rooms, SensorsPerRoom, 30 + round);
                foreach (var (visit, n) in visits.Select((v, n) => (v, n)))
                {
                    await Assertions.Expect(visit.Page.Locator("[data-device=s-1-1]")).ToContainTextAsync($"{30 + round}.0 °C");
                }
            }

            // The circuits live: what is pressed does something.
            foreach (var (visit, n) in visits.Select((v, n) => (v, n)))
            {
                await visit.Page.GetByRole(AriaRole.Searchbox).FillAsync("room 59");
                await Assertions.Expect(visit.Page.Locator(n % 2 == 0 ? ".room" : "li[data-device]")).ToHaveCountAsync(n % 2 == 0 ? 1 : SensorsPerRoom);
            }

            await visits[1].Page.GetByRole(AriaRole.Button, new() { Name = "Rename s-59-1" }).ClickAsync();
            await visits[1].Page.GetByRole(AriaRole.Dialog).GetByLabel("Name").FillAsync("Found");
            await visits[1].Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
            await Assertions.Expect(visits[3].Page.Locator("[data-device=s-59-1] h3")).ToHaveTextAsync("Found");
        }
        finally
        {
            foreach (var visit in visits)
            {
                await visit.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData("/", 400_000)]
    [InlineData("/devices", 250_000)]
    public async Task A_page_does_not_grow_with_the_number_of_devices(string path, int most)
    {
        await using var site = await Site.StartAsync("--Ingest:MaxAutoRegistered=5000");
        await Population.FillAsync(site, Rooms, SensorsPerRoom);
        var before = (await site.Http.GetAsync(path)).Body.Length;
        Assert.InRange(before, 1000, most);

        // More sensors than rooms: they wait for a place.
        await Population.SendAsync(site, 100, 20, 20);

        await Eventually.TrueAsync(async () => (await site.Http.GetAsync(path)).Body.Length > before, "the new sensors are known");
        Assert.InRange((await site.Http.GetAsync(path)).Body.Length, 1000, most);
    }

    [Fact]
    public async Task The_pages_of_a_list_are_links()
    {
        await using var site = await Site.StartAsync("--Ingest:MaxAutoRegistered=1000");
        await Population.FillAsync(site, Rooms, 1);
        await using var visit = await browser.VisitAsync(site.Address, Screens.Phone());
        await visit.OpenAsync("/");
        await visit.FitsAsync();

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();

        await visit.Page.WaitForURLAsync("**/?page=2");
        await Assertions.Expect(visit.Page.Locator(".room")).ToHaveCountAsync(Rooms - 36);
        // Numbers in names by their value.
        await Assertions.Expect(visit.Page.Locator(".room h2").Last).ToHaveTextAsync($"Room {Rooms}");
        await visit.AccessibleAsync();
        await visit.Page.GoBackAsync();
        await Assertions.Expect(visit.Page.Locator(".room h2").First).ToHaveTextAsync("Room 1");
    }

    // A short form for every run; FLEET_ROOMS=4000 FLEET_PAGES=10 makes it 20,000 devices and ten open pages.
    [Fact]
    public async Task Open_pages_follow_every_device_and_the_figures_are_told()
    {
        var (rooms, sensors, pages) = (Number("FLEET_ROOMS", 6), Number("FLEET_SENSORS", 5), Number("FLEET_PAGES", 2));
        await using var site = await Site.StartAsync("--Ingest:MaxAutoRegistered=100000");
        await Population.FillAtOnceAsync(site, rooms, sensors);
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"{rooms * sensors} devices in {rooms} rooms; memory of the process {site.Host.MemoryMiB:F0} MiB");
        foreach (var path in new[] { "/", "/devices", "/history", "/system", "/", "/devices", "/?search=room+77", "/devices?sort=temperature&page=9", "/api/v1/devices?limit=1000", "/api/v1/devices?limit=1000&cursor=s-3-1", "/api/v1/devices?limit=50&search=room+77", "/api/v1/readings/latest", "/api/v1/system" })
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            var answer = await site.Http.GetAsync(path);
            output.WriteLine($"{path}: {answer.Status}, {answer.Body.Length / 1000} kB, {System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
            Assert.Equal(200, answer.Status);
        }

        var visits = new List<Visit>();
        for (var n = 0; n < pages; n++)
        {
            visits.Add(await browser.VisitAsync(site.Address));
            await visits[^1].OpenAsync(n % 2 == 0 ? "/" : "/devices");
        }

        output.WriteLine($"with {pages} open pages: {site.Host.MemoryMiB:F0} MiB, at most {site.Host.PeakMemory / 1048576} MiB");
        var cpu = Cpu(site.Host.Id);
        for (var round = 0; round < 3; round++)
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            await Population.SendAsync(site, rooms, sensors, 30 + round);
            var sent = System.Diagnostics.Stopwatch.GetElapsedTime(start);
            foreach (var visit in visits)
            {
                await Assertions.Expect(visit.Page.Locator("[data-device=s-1-1]")).ToContainTextAsync($"{30 + round}.0 °C");
            }

            output.WriteLine($"{rooms * sensors} readings: accepted after {sent.TotalSeconds:F1} s, on every page after {System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
        }

        await visits[0].Page.GetByRole(AriaRole.Searchbox).FillAsync($"room {rooms}");
        await Assertions.Expect(visits[0].Page.Locator(".room")).ToHaveCountAsync(1);
        output.WriteLine($"processor time since the pages were open: {Cpu(site.Host.Id) - cpu:F1} s; memory {site.Host.MemoryMiB:F0} MiB, at most {site.Host.PeakMemory / 1048576} MiB");
        foreach (var visit in visits)
        {
            await visit.DisposeAsync();
        }
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    // utime and stime of proc(5), in hundredths of a second.
    private static double Cpu(int process)
    {
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(')')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
    }
}

/// <summary>Many rooms with several sensors each: <c>s-7-2</c> is the second sensor of <c>Room 7</c>.</summary>
internal static class Population
{
    /// <summary>Every sensor gets its room and sends once.</summary>
    public static async Task FillAsync(Site site, int rooms, int sensors)
    {
        await SendAsync(site, rooms, sensors, 20);
        foreach (var (room, sensor) in Enumerable.Range(1, rooms).SelectMany(r => Enumerable.Range(1, sensors).Select(s => (r, s))))
        {
            Assert.Equal(201, (await site.Http.PostAsync("/api/v1/devices", new { device_uid = $"s-{room}-{sensor}", room_name = $"Room {room}" })).Status);
        }
    }

    /// <summary>The same for a great many: in one transaction in the store, where the API has one for each device. They have a home, without which the stream has none of their readings.</summary>
    public static async Task FillAtOnceAsync(Site site, int rooms, int sensors)
    {
        await SendAsync(site, rooms, sensors, 20);
        await using var store = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = site.Store, Pooling = false, DefaultTimeout = 60 }.ToString());
        await store.OpenAsync();
        await using var command = store.CreateCommand();
        command.CommandText = """
            BEGIN IMMEDIATE;
            WITH RECURSIVE n(room) AS (SELECT 1 UNION ALL SELECT room + 1 FROM n WHERE room < $rooms)
            INSERT INTO rooms (uid, name, created_at) SELECT 'room-' || room, 'Room ' || room, $now FROM n;
            UPDATE devices SET provisioned = 1, label = NULL, home = 'h';
            INSERT INTO placements (device_id, room_id, from_ts)
            SELECT d.id, r.id, $now FROM devices d JOIN rooms r ON r.uid = 'room-' || substr(d.uid, 3, instr(substr(d.uid, 3), '-') - 1);
            COMMIT;
            SELECT count(*) FROM placements;
            """;
        command.Parameters.AddWithValue("$rooms", rooms);
        command.Parameters.AddWithValue("$now", TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Equal(rooms * sensors, (long)(await command.ExecuteScalarAsync())!);
    }

    /// <summary>Every sensor sends a temperature.</summary>
    public static async Task SendAsync(Site site, int rooms, int sensors, double temperature)
    {
        var ts = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var rows = Enumerable.Range(1, rooms).SelectMany(r => Enumerable.Range(1, sensors).Select(s => string.Create(CultureInfo.InvariantCulture, $"s-{r}-{s},{ts},{temperature},45")));
        var answer = await site.Http.SendAsync("POST", "/api/v1/readings", $"device_uid,ts,temperature,humidity\n{string.Join('\n', rows)}\n", "text/csv");
        Assert.Equal((200, rooms * sensors), (answer.Status, (int)answer.Data["accepted"]!));
    }
}
