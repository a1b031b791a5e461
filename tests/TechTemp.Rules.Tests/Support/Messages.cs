using System.Globalization;
using System.Text;
using TechTemp.Data.Readings;
using TechTemp.Readings.Messages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Rules.Tests.Support;

/// <summary>Messages as a sensor sends them.</summary>
internal static class Messages
{
    public static IncomingMessage Reading(
        long ts, double temperature = 21, double humidity = 50, string device = "s1", string home = "h1", long? receivedAt = null) =>
        Raw(Payload(ts, temperature, humidity), device, home, receivedAt);

    public static IncomingMessage Reading(long ts, in QuantityValues values, string device = "s1", string home = "h1", long? receivedAt = null)
    {
        var copy = values;
        return Raw($"{{\"ts\": {ts}{string.Concat(values.Quantities.Select(q => $", \"{q.PayloadKey}\": {copy.ValueOrZero(q).ToString("R", CultureInfo.InvariantCulture)}"))}}}", device, home, receivedAt);
    }

    public static IncomingMessage Raw(string payload, string device = "s1", string home = "h1", long? receivedAt = null) =>
        Raw(Encoding.UTF8.GetBytes(payload), device, home, receivedAt);

    public static IncomingMessage Raw(byte[] payload, string device = "s1", string home = "h1", long? receivedAt = null) =>
        IncomingMessage.FromMqtt(new(SensorTopic.Reading(home, device)), payload, receivedAt ?? TestStore.Start.ToUnixTimeMilliseconds());

    public static string Payload(long ts, double temperature, double humidity) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"ts": {{ts}}, "temperature_c": {{temperature:R}}, "humidity_pct": {{humidity:R}}}""");
}
