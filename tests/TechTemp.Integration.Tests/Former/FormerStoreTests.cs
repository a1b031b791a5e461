using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TechTemp.Integration.Tests.Store;

namespace TechTemp.Integration.Tests.Former;

/// <summary>A store that the previous version wrote, and what that version answered about it: the same must come from this version, before and after readings are sealed.</summary>
public sealed partial class FormerStoreTests : IDisposable
{
    private const string Ingest = "TechTemp.Ingest";

    // Nothing in the file is dropped because of its age.
    private static readonly (string Name, string Value)[] s_retention = [("Retention__Rejected", "3650.00:00:00"), ("Retention__Held", "3650.00:00:00")];

    private readonly TempFolder _folder = new();

    private string StorePath => _folder.File("store.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_of_the_previous_version_is_answered_as_before_and_becomes_a_tenth()
    {
        if (FormerStoreMaker.Programs is { } programs)
        {
            await FormerStoreMaker.MakeAsync(programs);
        }

        FormerStore.Unpack(StorePath);
        var (file, readings, bytes) = (new FileInfo(StorePath).Length, Number("SELECT count(*) FROM readings;"), BytesOf("readings", "rollups"));
        // The day of a device's newest reading is not sealed.
        var rows = Number("SELECT count(*) FROM readings r WHERE ts >= (SELECT max(ts) / 86400000 * 86400000 FROM readings WHERE device_id = r.device_id);");
        var former = FormerAnswers.Read(FormerStore.AnswersFile);

        // Ended right after the migration: few days are sealed yet.
        await using (var ingest = HostProcess.Start(Ingest, Settings()))
        {
            await Eventually.TrueAsync(() => StoreFile.Schema(StorePath) != FormerStore.Schema, "the schema is this version's");
            ingest.Kill();
            await ingest.ExitAsync();
        }

        await using (var api = await HostProcess.StartHealthyAsync("TechTemp.Api", Settings()))
        {
            await CompareAsync(former, api, $"after the migration ({await Verbs.VerifyAsync(Settings())})");
            await using (var ingest = await StartAsync())
            {
                await Eventually.ResultAsync(
                    () => Verbs.VerifyAsync(Settings()),
                    line => line.EndsWith(string.Create(CultureInfo.InvariantCulture, $"with {readings - rows} readings are right; {rows} readings are rows."), StringComparison.Ordinal),
                    "every day but the newest ones is sealed");
                Assert.Equal(0, await ingest.StopAsync());
            }

            await CompareAsync(former, api, "when readings are sealed");
        }

        // A start gives free pages back to the file system.
        await using (var ingest = await StartAsync())
        {
            await Eventually.TrueAsync(() => Number("PRAGMA freelist_count;") == 0, "free pages are given back");
            Assert.Equal(0, await ingest.StopAsync());
        }

        var (sealedBytes, sealedFile) = (BytesOf("readings", "pages"), new FileInfo(StorePath).Length);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{readings} readings: {bytes} bytes ({bytes / (double)readings:F2} a reading) became {sealedBytes} ({sealedBytes / (double)readings:F2}), a factor of {bytes / (double)sealedBytes:F1}; the file {file} became {sealedFile}, a factor of {file / (double)sealedFile:F1}"));
        // Without the other tables: they take the same as before, which in a file this small is much.
        Assert.True(sealedBytes * 10 <= bytes, $"{bytes} bytes became {sealedBytes}");
    }

    [Fact]
    public void Every_GET_route_of_v1_was_asked()
    {
        var asked = FormerAnswers.Read(FormerStore.AnswersFile).Where(a => a.Status == 200).Select(a => a.Path.Split('?')[0]).Distinct().ToList();
        var routes = JsonNode.Parse(File.ReadAllText(Repository.File("docs", "openapi.json")))!["paths"]!.AsObject()
            .Where(path => path.Key.StartsWith("/api/v1/", StringComparison.Ordinal) && path.Value!.AsObject().ContainsKey("get")).Select(path => path.Key);

        // The stream tells what comes, not what is stored; and there were no other quantities.
        Assert.Equal(["/api/v1/readings/stream", "/api/v1/quantities"], routes.Where(route => !asked.Exists(path => Regex.IsMatch(path, $"^{Parameter().Replace(route, "[^/]+")}$"))));
    }

    private static async Task CompareAsync(IReadOnlyList<FormerAnswer> former, HostProcess api, string when)
    {
        var (differences, means, other, farthest) = await FormerAnswers.CompareAsync(former, api.Http);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{when}: {former.Count} answers, {differences.Count} differ; of {means} means {other} have other digits, the farthest {farthest:E1} away"));
        Assert.True(differences.Count == 0, $"{differences.Count} of {former.Count} answers differ {when}:\n{string.Join('\n', differences)}");
    }

    private Dictionary<string, string> Settings() => new(s_retention.Select(s => KeyValuePair.Create(s.Name, s.Value)))
    {
        ["MQTT_URL"] = string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{FreePort.Next()}"),
        ["DB_PATH"] = StorePath,
        ["Store__SealInterval"] = "00:00:01",
    };

    private async Task<HostProcess> StartAsync()
    {
        var ingest = HostProcess.Start(Ingest, Settings());
        await ingest.HealthAsync(health => health.Status == 503 && !health.Body.Contains("store", StringComparison.Ordinal), "without broker, with store");
        return ingest;
    }

    // What the file has more than one without readings.
    private long BytesOf(string readings, string aggregates)
    {
        Assert.Equal("ok", FormerStore.Ask(StorePath, "PRAGMA integrity_check;"));
        var empty = _folder.File("empty.db");
        File.Copy(StorePath, empty, overwrite: true);
        StoreFile.Execute(empty, $"DELETE FROM {readings}; DELETE FROM {aggregates}; VACUUM;");
        FormerStore.Ask(empty, "SELECT 1;");
        return new FileInfo(StorePath).Length - new FileInfo(empty).Length;
    }

    private long Number(string sql) => long.Parse(FormerStore.Ask(StorePath, sql), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
