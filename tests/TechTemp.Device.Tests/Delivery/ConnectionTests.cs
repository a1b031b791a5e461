using TechTemp.Clients.Device.Settings;

namespace TechTemp.Clients.Device.Tests.Delivery;

/// <summary>Account, encryption, and what everybody is told of the device's presence.</summary>
public sealed class ConnectionTests
{
    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task The_status_is_online_while_it_runs_and_offline_after_any_end()
    {
        await using var broker = await MosquittoProcess.StartAsync(MosquittoConfiguration.Usual);
        using var folder = new TempFolder();
        var topic = $"home/{SampleReading.Home}/sensors/{DeviceProcess.Simulated}/status";
        foreach (var kill in new[] { false, true })
        {
            await using var device = DeviceProcess.Simulate(broker.Url, folder.Path, 1000);
            await Eventually.ResultAsync(() => broker.Client.RetainedAsync(topic), status => status == "online", "it is online", details: device.Describe);
            if (kill)
            {
                device.Kill();
                await device.ExitAsync();
            }
            else
            {
                device.Terminate();
                Assert.Equal(0, await device.ExitAsync());
            }

            await Eventually.ResultAsync(() => broker.Client.RetainedAsync(topic), status => status == "offline", "it is offline", details: device.Describe);
        }
    }

    [Theory]
    [InlineData("mqtts")]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task Over_every_kind_of_connection_with_an_authority_of_ones_own_and_an_account(string scheme)
    {
        await using var broker = await TlsBroker.StartAsync("s1", "p@ss:word");
        using var folder = new TempFolder();
        await using var device = new DeviceRun(
            DeviceRun.Device("s1", s_often, acknowledgedBy: Acknowledgement.Broker),
            new() { Url = broker.UrlOf(scheme), Username = "s1", Password = "p@ss:word", CaFile = scheme == "ws" ? null : broker.CaFile },
            folder.Path,
            TimeProvider.System);

        await Eventually.ResultAsync(
            () => Task.FromResult(broker.Received), received => received.Contains("temperature_c", StringComparison.Ordinal), "a reading comes",
            details: () => string.Join('\n', device.Log.Lines));
        Assert.DoesNotContain(device.Log.Lines, l => l.Contains("p@ss", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_account_in_the_address_is_taken_apart()
    {
        await using var broker = await TlsBroker.StartAsync("s1", "p@ss:word");
        using var folder = new TempFolder();
        await using var device = new DeviceRun(
            DeviceRun.Device("s1", s_often, acknowledgedBy: Acknowledgement.Broker),
            new() { Url = broker.Url.Replace("//", "//s1:p%40ss%3Aword@", StringComparison.Ordinal), CaFile = broker.CaFile },
            folder.Path,
            TimeProvider.System);

        await Eventually.TrueAsync(() => broker.Received.Contains("temperature_c", StringComparison.Ordinal), "a reading comes");
        Assert.DoesNotContain(device.Log.Lines, l => l.Contains("p%40ss", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_an_authority_that_the_machine_trusts()
    {
        await using var broker = await TlsBroker.StartAsync("s1", "p@ss:word");
        using var folder = new TempFolder();
        await using var device = DeviceProcess.Start(
            ["simulate", "--broker", broker.Url.Replace("//", "//s1:p%40ss%3Aword@", StringComparison.Ordinal), "--devices", "1", "--spool", folder.Path, "--every", "200ms"],
            ("SSL_CERT_FILE", broker.CaFile));

        await Eventually.ResultAsync(
            () => Task.FromResult(broker.Received), received => received.Contains("temperature_c", StringComparison.Ordinal), "a reading comes", details: device.Describe);
    }

    [Theory]
    [InlineData("mqtts")]
    [InlineData("wss")]
    public async Task A_wrong_password_and_a_stranger_s_certificate_are_named_and_lose_nothing(string scheme)
    {
        await using var broker = await TlsBroker.StartAsync("s1", "right");
        using var stranger = new TempFolder();
        using var folder = new TempFolder();
        using var other = new TempFolder();
        await using var guesses = new DeviceRun(
            DeviceRun.Device("s1", s_often), new() { Url = broker.UrlOf(scheme), Username = "s1", Password = "wrong", CaFile = broker.CaFile }, folder.Path, TimeProvider.System);
        await using var trustsAnother = new DeviceRun(
            DeviceRun.Device("s1", s_often),
            new() { Url = broker.UrlOf(scheme), Username = "s1", Password = "right", CaFile = TlsBroker.CreateAuthority(stranger) },
            other.Path,
            TimeProvider.System);

        await Eventually.TrueAsync(() => guesses.Log.Lines.Any(l => l.Contains("NotAuthorized", StringComparison.Ordinal)), "the refusal is named");
        await Eventually.TrueAsync(() => trustsAnother.Log.Lines.Any(l => l.Contains("certificate", StringComparison.Ordinal)), "the certificate is named");
        await Eventually.TrueAsync(() => guesses.Spool.Count > 3 && trustsAnother.Spool.Count > 3, "readings are kept");
        Assert.DoesNotContain(guesses.Log.Lines, l => l.Contains("wrong", StringComparison.Ordinal));
    }
}
