using System.Globalization;
using Parquet;

namespace TechTemp.Integration.Tests.Http;

/// <summary>The readings of a device or a room as files: <c>Accept: text/csv</c> and <c>application/vnd.apache.parquet</c>.</summary>
public sealed class ExportTests(SharedStacks stacks) : ApiTest(stacks)
{
    private const string Csv = "text/csv";
    private const string Parquet = "application/vnd.apache.parquet";

    private readonly string _room = Unique.Uid("room");
    private readonly string _second = Unique.Uid();

    private string RoomPath => $"/api/v1/rooms/{_room}/readings";

    [Fact]
    public async Task CSV_has_the_whole_range_newest_first()
    {
        await StoreTwelveAsync();

        var answer = await Http.GetAsync(ReadingsPath + "?from=2025-09-10T20:01:00Z", ("Accept", Csv));

        Assert.Equal((200, Csv), (answer.Status, answer.Header("Content-Type")));
        Assert.Equal($"attachment; filename=\"{Device}-raw-2025-09-10T2001Z.csv\"", answer.Header("Content-Disposition"));
        Assert.Equal(("Accept, Accept-Encoding", ""), (answer.Header("Vary"), answer.Header("ETag")));
        var lines = answer.Body.Split("\r\n");
        Assert.Equal((13, "ts,temperature,humidity,source", ""), (lines.Length, lines[0], lines[^1]));
        Assert.Equal("2025-09-10T20:11:00.000Z,11.1,50,http", lines[1]);
        Assert.Equal("2025-09-10T20:01:00.000Z,1.1,50,http", lines[^2]);
    }

    [Fact]
    public async Task Numbers_of_a_CSV_are_rounded_where_they_were_computed()
    {
        await Api.StoreAsync(Device, ("2025-09-10T20:00:00Z", 21.02, 50), ("2025-09-10T20:01:00Z", 21.03, 51), ("2025-09-10T20:02:00Z", 21.03, 51));
        Assert.Equal(200, (await Http.PutAsync($"{DevicePath}/calibrations", new { calibrations = new[] { new { from = "2000-01-01", temperature_offset = 0.3, humidity_offset = 0.1 } } })).Status);

        Assert.Contains("2025-09-10T20:00:00.000Z,21.32,50.1,http", (await Http.GetAsync(ReadingsPath, ("Accept", Csv))).Body, StringComparison.Ordinal);
        Assert.Contains("2025-09-10T20:00:00.000Z,21.327,21.32,21.33,50.767,50.1,51.1,3", (await Http.GetAsync($"{ReadingsPath}?bucket=hour", ("Accept", Csv))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Buckets_come_as_a_file_too_and_all_of_them()
    {
        const int Hours = 12_000;
        var start = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        await Api.StoreAsync(Device, Enumerable.Range(0, Hours).Select(hour => (SampleReading.Text(start + hour * 3_600_000L), 20.5, 50.0)));

        var lines = (await Http.GetAsync(ReadingsPath + "?bucket=hour", ("Accept", Csv))).Body.Split("\r\n");
        Assert.Equal("ts,temperature,temperature_min,temperature_max,humidity,humidity_min,humidity_max,count", lines[0]);
        Assert.Equal(Hours + 2, lines.Length);
        Assert.Equal("2024-01-01T00:00:00.000Z,20.5,20.5,20.5,50,50,50,1", lines[^2]);
        Assert.Equal(Enumerable.Range(1, Hours).Select(i => SampleReading.Text(start + (Hours - i) * 3_600_000L)), lines[1..^1].Select(line => line[..24]));

        await using var file = await ReadParquetAsync(ReadingsPath + "?bucket=day");
        Assert.Equal(Hours / 24, (await NumbersAsync<long>(file, "count")).Count(count => count == 24));
    }

    [Fact]
    public async Task An_exported_device_can_be_posted_to_another_store()
    {
        await StoreTwelveAsync();
        await StoreAsync("2025-09-10T21:00:00Z", 0, 0);
        await StoreAsync("2025-09-10T21:00:00.001Z", 0.1 + 0.2, 100.0 / 3);
        var file = await Http.GetAsync(ReadingsPath, ("Accept", Csv));

        await using var other = await ApiOverStore.StartAsync();
        foreach (var (accepted, duplicates) in new[] { (14, 0), (0, 14) })
        {
            var report = (await other.Http.SendAsync("POST", $"/api/v1/readings?device_uid={Device}", file.Body, Csv)).Data;
            Assert.Equal((accepted, duplicates, 0), ((int)report["accepted"]!, (int)report["duplicates"]!, (int)report["rejected_count"]!));
        }

        Assert.Equal(file.Body, (await other.Http.GetAsync(ReadingsPath, ("Accept", Csv))).Body);
    }

    [Fact]
    public async Task An_exported_room_names_its_devices_and_can_be_posted_to_another_store()
    {
        await StoreRoomAsync();
        var file = await Http.GetAsync(RoomPath, ("Accept", Csv));
        var lines = file.Body.Split("\r\n");
        Assert.Equal(("ts,temperature,humidity,source,device_id", 5), (lines[0], lines.Length));
        Assert.Equal(new[] { Device, _second, Device }.Order(), lines[1..^1].Select(line => line.Split(',')[^1]).Order());

        await using var other = await ApiOverStore.StartAsync();
        Assert.Equal(3, (int)(await other.Http.SendAsync("POST", "/api/v1/readings", file.Body, Csv)).Data["accepted"]!);
        Assert.Equal(
            (await Http.DataAsync(ReadingsPath)).ToJsonString(), (await other.Http.DataAsync(ReadingsPath)).ToJsonString());
    }

    [Fact]
    public async Task Parquet_has_the_same_rows_with_types()
    {
        await StoreRoomAsync();
        await using var file = await ReadParquetAsync(RoomPath);

        Assert.Equal(["ts", "temperature", "humidity", "source", "device_id"], file.Schema.DataFields.Select(f => f.Name));
        var rows = (await Http.DataAsync(RoomPath)).AsArray();
        Assert.Equal(
            rows.Select(r => DateTimeOffset.Parse((string)r!["ts"]!, CultureInfo.InvariantCulture).UtcDateTime), await NumbersAsync<DateTime>(file, "ts"));
        Assert.Equal(rows.Select(r => (double?)r!["temperature"]!), await ValuesAsync(file, "temperature"));
        Assert.Equal(rows.Select(r => (double?)r!["humidity"]!), await ValuesAsync(file, "humidity"));
        Assert.Equal(rows.Select(r => (string)r!["source"]!), await TextsAsync(file, "source"));
        Assert.Equal(rows.Select(r => (string)r!["device_id"]!), await TextsAsync(file, "device_id"));
    }

    [Fact]
    public async Task Files_have_the_quantities_that_there_are_with_their_units()
    {
        await Http.PostAsync("/api/v1/readings", new object[]
        {
            new { device_uid = Device, ts = "2025-09-10T20:00:00Z", temperature = 21.5, co2 = 812 },
            new { device_uid = Device, ts = "2025-09-10T20:05:00Z", humidity = 40, battery = 17.5 },
        });

        Assert.Equal(
            "ts,temperature,humidity,co2,battery,source\r\n2025-09-10T20:05:00.000Z,,40,,17.5,http\r\n2025-09-10T20:00:00.000Z,21.5,,812,,http\r\n",
            (await Http.GetAsync(ReadingsPath, ("Accept", Csv))).Body);
        Assert.Equal(
            "ts,co2,co2_min,co2_max,battery,battery_min,battery_max,count\r\n2025-09-10T00:00:00.000Z,812,812,812,17.5,17.5,17.5,2\r\n",
            (await Http.GetAsync(ReadingsPath + "?bucket=day&quantities=battery,co2", ("Accept", Csv))).Body);
        await using var file = await ReadParquetAsync(ReadingsPath);
        Assert.Equal(["ts", "temperature", "humidity", "co2", "battery", "source"], file.Schema.DataFields.Select(f => f.Name));
        Assert.Equal([null, 812], await ValuesAsync(file, "co2"));
        Assert.Equal(("ppm", "%", "°C"), (file.CustomMetadata["unit:co2"], file.CustomMetadata["unit:battery"], file.CustomMetadata["unit:temperature"]));
    }

    [Fact]
    public async Task Files_are_calibrated_as_JSON_is()
    {
        await StoreAsync("2025-09-10T20:00:00Z", 20, 50);
        await Http.PutAsync($"{DevicePath}/calibrations", new { calibrations = new[] { new { from = "2025-01-01", temperature_offset = 0.5, humidity_offset = -2 } } });

        Assert.EndsWith("20.5,48,http\r\n", (await Http.GetAsync(ReadingsPath, ("Accept", Csv))).Body, StringComparison.Ordinal);
        Assert.EndsWith("20,50,http\r\n", (await Http.GetAsync(ReadingsPath + "?calibrated=false", ("Accept", Csv))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_without_readings_is_a_file_without_rows()
    {
        await StoreTwelveAsync();
        Assert.Equal("ts,temperature,humidity,source\r\n", (await Http.GetAsync(ReadingsPath + "?to=2001-01-01", ("Accept", Csv))).Body);
        await using var file = await ReadParquetAsync(ReadingsPath + "?to=2001-01-01");
        Assert.Equal((0, 4), (file.RowGroupCount, file.Schema.DataFields.Length));
    }

    [Theory]
    [InlineData(null, "application/json; charset=utf-8")]
    [InlineData("*/*", "application/json; charset=utf-8")]
    [InlineData("application/json, text/plain, */*", "application/json; charset=utf-8")]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8", "application/json; charset=utf-8")]
    [InlineData("text/csv;q=0.5, application/json;q=0.4", Csv)]
    [InlineData("text/csv, */*", Csv)]
    [InlineData("TEXT/CSV; header=present", Csv)]
    [InlineData("text/*", Csv)]
    [InlineData("application/*;q=0.2, application/json;q=0", Parquet)]
    [InlineData("application/vnd.apache.parquet", Parquet)]
    public async Task The_form_is_the_one_that_the_client_likes_best(string? accept, string contentType)
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        var answer = await Http.GetAsync(ReadingsPath, accept is null ? [] : [("Accept", accept)]);
        Assert.Equal((200, contentType), (answer.Status, answer.Header("Content-Type")));
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("image/*, text/csv;q=0")]
    [InlineData("*/*;q=0")]
    public async Task Where_nothing_is_acceptable_the_answer_is_406(string accept)
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        AssertProblem(await Http.GetAsync(ReadingsPath, ("Accept", accept)), 406);
    }

    [Theory]
    [InlineData("?limit=5", 400, "limit")]
    [InlineData("?cursor=1757537685793&limit=5", 400, "limit", "cursor")]
    [InlineData("?from=yesterday", 400, "from")]
    public async Task What_is_wrong_with_an_export_is_told_as_JSON(string query, int status, params string[] fields)
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        AssertProblem(await Http.GetAsync(ReadingsPath + query, ("Accept", Csv)), status, fields);
    }

    [Fact]
    public async Task An_unknown_device_or_room_is_404() =>
        Assert.All(
            new[] { await Http.GetAsync("/api/v1/devices/nobody/readings", ("Accept", Csv)), await Http.GetAsync(RoomPath, ("Accept", Parquet)) },
            answer => AssertProblem(answer, 404));

    [Theory]
    [InlineData(Csv)]
    [InlineData(Parquet)]
    public async Task HEAD_tells_of_the_file_and_does_not_make_it(string contentType)
    {
        await StoreAsync("2025-09-10T20:00:00Z");
        var head = await Http.SendAsync("HEAD", ReadingsPath, null, null, ("Accept", contentType));
        Assert.Equal((200, contentType, ""), (head.Status, head.Header("Content-Type"), head.Body));
        Assert.NotEmpty(head.Header("Content-Disposition"));
        Assert.Equal(404, (await Http.SendAsync("HEAD", RoomPath, null, null, ("Accept", contentType))).Status);
    }

    private Task StoreTwelveAsync() => Api.StoreAsync(Device, Enumerable.Range(0, 12).Select(i => ($"2025-09-10T20:{i:00}:00Z", i + 0.1, 50.0)));

    private async Task StoreRoomAsync()
    {
        await Api.StoreAsync(Device, ("2025-09-10T20:00:00Z", 20, 40), ("2025-09-10T21:00:00.123Z", 21.25, 41));
        await Api.StoreAsync(_second, ("2025-09-10T21:00:00.123Z", 31, 42));
        foreach (var device in new[] { Device, _second })
        {
            Assert.Equal(200, (await Http.PutAsync($"/api/v1/devices/{device}", new { room_name = _room, room_uid = _room, moved_at = "2025-09-10" })).Status);
        }
    }

    private async Task<ParquetReader> ReadParquetAsync(string path)
    {
        using var answer = await Http.OpenAsync(path, ("Accept", Parquet));
        var bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return await ParquetReader.CreateAsync(new MemoryStream(bytes), cancellationToken: TestContext.Current.CancellationToken);
    }

    private static async Task<T[]> NumbersAsync<T>(ParquetReader file, string column)
        where T : struct
    {
        using var group = file.OpenRowGroupReader(0);
        var values = new T[group.RowCount];
        await group.ReadAsync<T>(file.Schema.DataFields.Single(f => f.Name == column), values, cancellationToken: TestContext.Current.CancellationToken);
        return values;
    }

    private static async Task<double?[]> ValuesAsync(ParquetReader file, string column)
    {
        using var group = file.OpenRowGroupReader(0);
        var values = new double?[group.RowCount];
        await group.ReadAsync<double>(file.Schema.DataFields.Single(f => f.Name == column), values, cancellationToken: TestContext.Current.CancellationToken);
        return values;
    }

    private static async Task<string[]> TextsAsync(ParquetReader file, string column)
    {
        using var group = file.OpenRowGroupReader(0);
        var values = new string[group.RowCount];
        await group.ReadAsync(file.Schema.DataFields.Single(f => f.Name == column), values, cancellationToken: TestContext.Current.CancellationToken);
        return values;
    }
}
