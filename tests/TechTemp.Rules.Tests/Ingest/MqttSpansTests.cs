using System.Diagnostics;
using System.Text;
using MQTTnet.Packets;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Rules.Tests.Ingest;

public sealed class MqttSpansTests
{
    private const string Parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Fact]
    public void The_senders_context_is_read_from_its_user_properties()
    {
        var context = From(("other", "x"), ("traceparent", Parent), ("tracestate", "a=1,b=2"));
        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", context.TraceId.ToHexString());
        Assert.Equal("00f067aa0ba902b7", context.SpanId.ToHexString());
        Assert.Equal((ActivityTraceFlags.Recorded, "a=1,b=2", true), (context.TraceFlags, context.TraceState, context.IsRemote));
    }

    [Fact]
    public void A_state_is_not_needed() => Assert.Null(From(("traceparent", Parent)).TraceState);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7")]
    [InlineData("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    public void A_malformed_context_is_none(string parent) => Assert.Equal(default, From(("traceparent", parent)));

    [Fact]
    public void Without_a_parent_there_is_no_context()
    {
        Assert.Equal(default, MqttSpans.Context(null));
        Assert.Equal(default, From());
        Assert.Equal(default, From(("tracestate", "a=1")));
    }

    [Fact]
    public void Bytes_that_are_not_text_are_no_context() =>
        Assert.Equal(default, MqttSpans.Context([new MqttUserProperty("traceparent", new byte[] { 0xFF, 0xFE, 0x00 })]));

    private static ActivityContext From(params (string Name, string Value)[] properties) =>
        MqttSpans.Context([.. properties.Select(p => new MqttUserProperty(p.Name, Encoding.UTF8.GetBytes(p.Value)))]);
}
