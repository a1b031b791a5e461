using Microsoft.AspNetCore.Http;
using TechTemp.ServiceDefaults.Hosting;
using TechTemp.ServiceDefaults.Mqtt;

namespace TechTemp.Rules.Tests.Hosting;

public sealed class StartReportTests
{
    [Theory]
    [InlineData("http://localhost:3000", "http://localhost:3000", "this machine only")]
    [InlineData("http://127.0.0.1:80", "http://127.0.0.1:80", "this machine only")]
    [InlineData("http://[::1]:3000", "http://[::1]:3000", "this machine only")]
    [InlineData("http://*:3000", "http://localhost:3000, http://pi:3000", "everybody on the network")]
    [InlineData("http://[::]:3000", "http://localhost:3000, http://pi:3000", "everybody on the network")]
    [InlineData("https://0.0.0.0:8443", "https://localhost:8443, https://pi:8443", "everybody on the network")]
    [InlineData("http://192.168.1.7:3000", "http://192.168.1.7:3000", "everybody who reaches 192.168.1.7")]
    public void An_address_becomes_a_URL_to_open_and_who_can_reach_it(string address, string url, string reach) =>
        Assert.Equal((url, reach), StartReport.Describe(address, "pi"));

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:0")]
    [InlineData("[::1]:3000")]
    [InlineData("192.168.1.7")]
    [InlineData("xn--mnchen-3ya.example")]
    [InlineData("my_pi.local")]
    public void A_host_that_can_be_part_of_an_address_is_valid(string host) => Assert.True(HostHeader.IsValid(new HostString(host)));

    [Theory]
    [InlineData("localhost:99999")]
    [InlineData("a..b")]
    [InlineData("xn--")]
    public void A_host_that_cannot_be_part_of_an_address_is_not(string host) => Assert.False(HostHeader.IsValid(new HostString(host)));

    [Theory]
    [InlineData("mqtt://broker", null, null, true)]
    [InlineData("mqtt://broker", "ingest", "secret", true)]
    [InlineData("mqtt://ingest@broker", null, "secret", true)]
    [InlineData("mqtt://ingest:secret@broker", null, null, true)]
    [InlineData("mqtt://token:@broker", null, null, true)]
    [InlineData("mqtt://broker", "ingest", null, false)]
    [InlineData("mqtt://broker", "ingest", "", false)]
    [InlineData("mqtt://broker", null, "secret", false)]
    [InlineData("mqtt://ingest@broker", null, null, false)]
    public void A_user_name_and_a_password_belong_together(string url, string? username, string? password, bool isWhole)
    {
        var explanation = HalfCredential.Explain(url, username, password);
        Assert.Equal(isWhole, explanation is null);
        Assert.DoesNotContain("secret", explanation ?? "", StringComparison.Ordinal);
    }
}
