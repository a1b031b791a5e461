using System.Diagnostics;
using TechTemp.AppHost.Mosquitto;

namespace TechTemp.AppHost.Tests;

public sealed class MosquittoPasswordsTests
{
    [Fact]
    public void A_line_is_of_the_form_that_Mosquitto_reads()
    {
        Assert.Matches(@"^ingest:\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==$", MosquittoPasswords.Line("ingest", "secret"));
    }

    [Fact]
    public async Task A_real_broker_lets_the_right_password_in_and_no_other()
    {
        const string Program = "/usr/sbin/mosquitto";
        Assert.SkipUnless(File.Exists(Program), "mosquitto is not installed (Debian package mosquitto)");
        var folder = Directory.CreateTempSubdirectory("techtemp-passwords-");
        var port = FreePort.Next();
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "passwords"), MosquittoPasswords.Line("ingest", "s3cret/with=signs") + "\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "mosquitto.conf"),
            $"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {folder.FullName}/passwords\n{(Environment.UserName == "root" ? "user root\n" : "")}",
            TestContext.Current.CancellationToken);
        using var process = Process.Start(Program, ["-c", Path.Combine(folder.FullName, "mosquitto.conf")]);
        try
        {
            Assert.Equal(MQTTnet.MqttClientConnectResultCode.Success, await ConnectAsync(port, "s3cret/with=signs"));
            Assert.NotEqual(MQTTnet.MqttClientConnectResultCode.Success, await ConnectAsync(port, "another"));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }

    private static async Task<MQTTnet.MqttClientConnectResultCode> ConnectAsync(int port, string password)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            using var client = new MQTTnet.MqttClientFactory().CreateMqttClient();
            try
            {
                var options = new MQTTnet.MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port)
                    .WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500).WithCredentials("ingest", password).Build();
                return (await client.ConnectAsync(options, TestContext.Current.CancellationToken)).ResultCode;
            }
            catch (MQTTnet.Exceptions.MqttCommunicationException) when (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20))
            {
                // It is starting.
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }
}
