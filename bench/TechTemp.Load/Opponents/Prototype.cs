using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;

namespace TechTemp.Load.Opponents;

/// <summary>
/// The least that keeps readings safely: MQTTnet, one prepared insert, a commit with <c>synchronous=FULL</c>, and only then the
/// acknowledgements. It believes whatever it is told: no check, no conflict, no rollup, no state, no telemetry.
/// </summary>
internal static class Prototype
{
    public const string Verb = "prototype";
    private const int ReceiveMaximum = 10_000;
    private const int MaxBatch = 5_000;

    // With the library's 8 KiB, less than one segment of the loopback, a burst can wait for retransmissions: 700 readings a second.
    private const int ReceiveBuffer = 256 * 1024;

    /// <summary>Starts it.</summary>
    /// <param name="port">The broker's.</param>
    /// <param name="store">The file that it makes.</param>
    /// <param name="prefix">The first level of the topics that it listens to.</param>
    public static Task<ChildProcess> StartAsync(int port, string store, string prefix) =>
        Opponent.StartAsync(PublishedHosts.Ingest, Verb, port.ToString(CultureInfo.InvariantCulture), store, prefix);

    /// <summary>Runs it until it is killed.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using var store = new Store(arguments[1]);
        var received = Channel.CreateUnbounded<MqttApplicationMessageReceivedEventArgs>(new() { SingleReader = true });
        using var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += e =>
        {
            e.AutoAcknowledge = false;
            received.Writer.TryWrite(e);
            return Task.CompletedTask;
        };
        var options = new MqttClientOptionsBuilder()
            .WithEndPoint(new IPEndPoint(IPAddress.Loopback, int.Parse(arguments[0], CultureInfo.InvariantCulture)))
            .WithTcpServer(o => o.BufferSize = ReceiveBuffer)
            .WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500)
            .WithClientId(Verb).WithCleanStart(false).WithSessionExpiryInterval(3_600).WithReceiveMaximum(ReceiveMaximum)
            .Build();
        // Under load MQTTnet's client loses its connection at times; what was not acknowledged comes again.
        client.DisconnectedAsync += _ => ConnectAsync(client, options);
        await ConnectAsync(client, options);
        await client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter($"{arguments[2]}/+/sensors/+/reading", MqttQualityOfServiceLevel.AtLeastOnce).Build());
        Console.WriteLine(Opponent.Ready);

        var batch = new List<MqttApplicationMessageReceivedEventArgs>();
        while (await received.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatch && received.Reader.TryRead(out var message))
            {
                batch.Add(message);
            }

            store.Write(batch.Select(e => e.ApplicationMessage));
            await AcknowledgeAsync(batch);
            batch.Clear();
        }

        return 0;
    }

    private static async Task ConnectAsync(IMqttClient client, MqttClientOptions options)
    {
        while (!client.IsConnected)
        {
            try
            {
                await client.ConnectAsync(options);
            }
            catch (MqttCommunicationException)
            {
                await Task.Delay(50);
            }
        }
    }

    private static async Task AcknowledgeAsync(List<MqttApplicationMessageReceivedEventArgs> batch)
    {
        try
        {
            foreach (var message in batch)
            {
                await message.AcknowledgeAsync(CancellationToken.None);
            }
        }
        catch (Exception e) when (e is MqttCommunicationException or MqttClientNotConnectedException)
        {
            Console.WriteLine($"Not acknowledged: {e.Message}");
        }
    }

    private sealed class Store : IDisposable
    {
        private readonly SqliteConnection _connection;
        private readonly SqliteCommand _insert;
        private readonly Dictionary<string, long> _devices = [];

        public Store(string path)
        {
            _connection = new($"Data Source={path};Pooling=False");
            _connection.Open();
            Execute(
                """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                CREATE TABLE devices (id INTEGER PRIMARY KEY, uid TEXT NOT NULL);
                CREATE TABLE readings (device_id INTEGER, ts INTEGER, temperature REAL, humidity REAL, PRIMARY KEY (device_id, ts)) WITHOUT ROWID;
                """);
            _insert = _connection.CreateCommand();
            _insert.CommandText = "INSERT OR IGNORE INTO readings VALUES ($device, $ts, $temperature, $humidity);";
            _insert.Parameters.Add("$device", SqliteType.Integer);
            _insert.Parameters.Add("$ts", SqliteType.Integer);
            _insert.Parameters.Add("$temperature", SqliteType.Real);
            _insert.Parameters.Add("$humidity", SqliteType.Real);
            _insert.Prepare();
        }

        public void Write(IEnumerable<MqttApplicationMessage> messages)
        {
            using var transaction = _connection.BeginTransaction();
            _insert.Transaction = transaction;
            foreach (var message in messages)
            {
                _insert.Parameters[0].Value = Device(message.Topic.Split('/')[3]);
                Parse(message.Payload);
                _insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        public void Dispose()
        {
            _insert.Dispose();
            _connection.Dispose();
        }

        private void Parse(in ReadOnlySequence<byte> payload)
        {
            var json = new Utf8JsonReader(payload);
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var (field, isTime) = json.ValueTextEquals("ts"u8) ? (1, true) : json.ValueTextEquals("temperature_c"u8) ? (2, false) : (3, false);
                json.Read();
                _insert.Parameters[field].Value = isTime ? json.GetInt64() : json.GetDouble();
            }
        }

        private long Device(string uid)
        {
            if (!_devices.TryGetValue(uid, out var id))
            {
                _devices[uid] = id = _devices.Count + 1;
                Execute($"INSERT INTO devices VALUES ({id}, '{uid}');");
            }

            return id;
        }

        private void Execute(string sql)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }
}
