using System.Text.RegularExpressions;

namespace TechTemp.Integration.Tests.Store;

/// <summary>The verb <c>copy</c>, with a broker and ingest at work: the procedure of docs/operations.md.</summary>
public sealed partial class CopyTests : IDisposable
{
    private const string Ingest = "TechTemp.Ingest";

    private const long Minute = 60_000;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_moves_to_PostgreSQL_and_back_while_readings_come_and_none_is_lost()
    {
        await using var postgres = await PostgresProcess.StartAsync();
        await using var broker = MosquittoProcess.Create(MosquittoConfiguration.Ours);
        await broker.StartAsync();
        var common = new Dictionary<string, string> { ["MQTT_URL"] = broker.Url, ["LOG_LEVEL"] = "info", ["Store__SealInterval"] = "00:00:01" };
        Dictionary<string, string> file = new(common) { ["DB_PATH"] = _folder.File("techtemp.db") };
        Dictionary<string, string> server = new(common) { ["ConnectionStrings__techtemp"] = postgres.ConnectionString };
        Dictionary<string, string> back = new(common) { ["DB_PATH"] = _folder.File("back.db") };
        await using var publisher = broker.Client.StartPublishing(SampleReading.Topic("s1"));
        using var enough = new CancellationTokenSource();
        var published = 0;
        var load = Task.CompletedTask;
        string wrong;
        try
        {
            await using (var ingest = await HostProcess.StartHealthyAsync(Ingest, file))
            {
                load = Task.Run(
                    async () =>
                    {
                        for (; !enough.IsCancellationRequested; published++)
                        {
                            await publisher.PublishAsync(SampleReading.Payload(SampleReading.Ts + (published * Minute)));
                            await Task.Delay(published < 3_000 ? 0 : 20, CancellationToken.None);
                        }
                    },
                    CancellationToken.None);
                await Eventually.TrueAsync(async () => await CountAsync(file) > 1_000, "the load is on its way", TimeSpan.FromMinutes(2));

                // Killed at some moment, and started again.
                await using (var killed = HostProcess.Start(Ingest, file, "copy", "--to", postgres.ConnectionString))
                {
                    await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
                    killed.Kill();
                    await killed.ExitAsync();
                }

                Assert.StartsWith("Copied 1 devices", await CopyAsync(file, postgres.ConnectionString), StringComparison.Ordinal);
                Assert.Equal(0, await ingest.StopAsync());
            }

            // What comes now is queued by the broker.
            var before = published;
            Assert.Contains("Nothing differs", await CopyAsync(file, postgres.ConnectionString), StringComparison.Ordinal);
            await Eventually.TrueAsync(() => published > before, "readings come while nobody receives them");
            await using (var ingest = await HostProcess.StartHealthyAsync(Ingest, server))
            {
                var there = published;
                await Eventually.TrueAsync(async () => await CountAsync(server) >= there, "ingest has what was queued", TimeSpan.FromMinutes(2));
                wrong = await FailAsync(file, postgres.ConnectionString);
                Assert.Equal(0, await ingest.StopAsync());
            }

            Assert.Contains("used by itself", wrong, StringComparison.Ordinal);
            Assert.Contains("Nothing differs", await CopyAsync(server, $"Data Source={back["DB_PATH"]}"), StringComparison.Ordinal);
            await using (var ingest = await HostProcess.StartHealthyAsync(Ingest, back))
            {
                await enough.CancelAsync();
                await load;
                await publisher.CompleteAsync();
                await Eventually.TrueAsync(async () => await CountAsync(back) == published, "everything is there, once", TimeSpan.FromMinutes(2));
                Assert.Equal(0, await ingest.StopAsync());
            }
        }
        finally
        {
            await enough.CancelAsync();
            await load;
        }
    }

    [Fact]
    public async Task What_is_no_store_is_refused()
    {
        var settings = new Dictionary<string, string> { ["DB_PATH"] = _folder.File("techtemp.db") };
        Assert.Contains("--to", await Verbs.FailAsync(Ingest, settings, "copy"), StringComparison.Ordinal);
        Assert.Contains("--to must be like 'Data Source=", await Verbs.FailAsync(Ingest, settings, "copy", "--to", "mysql://db"), StringComparison.Ordinal);
        Assert.Contains("--to must be like 'Data Source=", await Verbs.FailAsync(Ingest, settings, "copy", "--to", ""), StringComparison.Ordinal);
        Assert.Contains("--to cannot be used: it names no database", await Verbs.FailAsync(Ingest, settings, "copy", "--to", "Host=db"), StringComparison.Ordinal);
        Assert.Contains("--password-file", await Verbs.FailAsync(Ingest, settings, "copy", "--to", "postgres://db/x", "--password-file", _folder.File("none")), StringComparison.Ordinal);
        Assert.Contains("There is no store", await Verbs.FailAsync(Ingest, settings, "copy", "--to", $"Data Source={_folder.File("to.db")}"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    // Progress is on standard error.
    private static async Task<string> CopyAsync(Dictionary<string, string> settings, string to)
    {
        await using var process = HostProcess.Start(Ingest, settings, "copy", "--to", to);
        Assert.True(await process.ExitAsync(TimeSpan.FromMinutes(2)) == 0, process.Error);
        return Assert.Single(process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task<string> FailAsync(Dictionary<string, string> settings, string to)
    {
        await using var process = HostProcess.Start(Ingest, settings, "copy", "--to", to);
        Assert.Equal(1, await process.ExitAsync(TimeSpan.FromMinutes(2)));
        return process.Error;
    }

    private static async Task<int> CountAsync(Dictionary<string, string> settings)
    {
        var line = await Verbs.VerifyAsync(settings);
        var found = Counts().Match(line);
        Assert.True(found.Success, line);
        return int.Parse(found.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) + int.Parse(found.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"with (\d+) readings are right; (\d+) readings are rows")]
    private static partial Regex Counts();
}
