using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Rules.Tests.Ingest;

public sealed class BrokerStreamTests : IDisposable
{
    private static readonly string s_text = string.Concat(Enumerable.Range(0, 50_000).Select(i => i.ToString(CultureInfo.InvariantCulture) + "\n"));

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public BrokerStreamTests() => _listener.Start();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task What_is_written_in_small_parts_arrives_whole_and_in_order_the_last_part_too()
    {
        var (stream, broker) = await ConnectAsync();
        using var reader = new StreamReader(new NetworkStream(broker, ownsSocket: true));
        var arrived = reader.ReadToEndAsync(Cancel);
        foreach (var part in Encoding.ASCII.GetBytes(s_text).Chunk(4))
        {
            await stream.WriteAsync(part, Cancel);
        }

        await stream.DisposeAsync();

        Assert.Equal(s_text, await arrived);
    }

    [Fact]
    public async Task What_the_broker_sends_is_read_whole_and_in_order_and_its_end_is_an_end()
    {
        var (stream, broker) = await ConnectAsync();
        var sent = Task.Run(
            async () =>
            {
                await using var writer = new StreamWriter(new NetworkStream(broker, ownsSocket: true));
                await writer.WriteAsync(s_text);
            },
            Cancel);
        var read = new StringBuilder();
        var part = new byte[7];
        for (int count; (count = await stream.ReadAsync(part, Cancel)) > 0;)
        {
            read.Append(Encoding.ASCII.GetString(part, 0, count));
        }

        await sent;
        await stream.DisposeAsync();
        Assert.Equal(s_text, read.ToString());
    }

    [Fact]
    public async Task A_broker_that_is_gone_ends_the_writing_with_an_error()
    {
        var (stream, broker) = await ConnectAsync();
        broker.Close(timeout: 0);

        await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (!Cancel.IsCancellationRequested)
            {
                await stream.WriteAsync(new byte[4], Cancel);
            }
        });
        await stream.DisposeAsync();
    }

    [Fact]
    public async Task A_broker_that_takes_nothing_holds_up_neither_the_reading_nor_the_end()
    {
        var (stream, broker) = await ConnectAsync();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var writing = Task.Run(
            async () =>
            {
                while (true)
                {
                    await stream.WriteAsync(new byte[1_000], timeout.Token);
                }
            },
            Cancel);
        await broker.SendAsync(new byte[] { 42 }, Cancel);
        var part = new byte[1];

        Assert.Equal(1, await stream.ReadAsync(part, Cancel));
        var reading = stream.ReadAsync(part, Cancel).AsTask();
        await timeout.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        await stream.DisposeAsync();

        // Over, one way or the other: the end of the stream or an error.
        await Assert.ThrowsAnyAsync<Exception>(async () => Assert.NotEqual(0, await reading.WaitAsync(TimeSpan.FromSeconds(10), Cancel)));
        broker.Dispose();
    }

    [Fact]
    public async Task A_read_that_is_cancelled_brings_nothing_a_second_time()
    {
        var (stream, broker) = await ConnectAsync();
        var part = new byte[3];
        await broker.SendAsync("old"u8.ToArray(), Cancel);
        Assert.Equal(3, await stream.ReadAsync(part, Cancel));

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var cancelled = stream.ReadAsync(part, patience.Token).AsTask();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await broker.SendAsync("new"u8.ToArray(), Cancel);

        Assert.Equal(3, await stream.ReadAsync(part, Cancel));
        Assert.Equal("new", Encoding.ASCII.GetString(part));
        await stream.DisposeAsync();
        broker.Dispose();
    }

    [Fact]
    public async Task TLS_goes_over_it()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=broker", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var (stream, broker) = await ConnectAsync();
        await using var client = new SslStream(stream, leaveInnerStreamOpen: false, (_, presented, _, _) => presented!.GetCertHashString() == certificate.GetCertHashString());
        await using var server = new SslStream(new NetworkStream(broker, ownsSocket: true));
        await Task.WhenAll(client.AuthenticateAsClientAsync("broker"), server.AuthenticateAsServerAsync(certificate));

        var echo = server.CopyToAsync(server, Cancel);
        var sent = Encoding.ASCII.GetBytes(s_text);
        var written = client.WriteAsync(sent, Cancel).AsTask();
        var received = new byte[sent.Length];
        await client.ReadExactlyAsync(received, Cancel);
        await written;
        Assert.Equal(sent, received);

        await client.DisposeAsync();
        await echo;
    }

    private async Task<(Stream Stream, Socket Broker)> ConnectAsync()
    {
        var stream = await new BrokerStream.Provider().ConnectAsync(_listener.LocalEndpoint, Cancel);
        return (stream, await _listener.AcceptSocketAsync(Cancel));
    }
}
