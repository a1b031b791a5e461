using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using TechTemp.ServiceDefaults;
using TechTemp.ServiceDefaults.Hosting;

namespace TechTemp.Rules.Tests.Hosting;

public sealed class ConfigurationShorthandTests
{
    [Theory]
    [InlineData("MQTT_URL", "mqtts://broker:8883", "Mqtt:Url")]
    [InlineData("MQTT_USERNAME", "someone", "Mqtt:Username")]
    [InlineData("MQTT_PASSWORD", "p=&\"%", "Mqtt:Password")]
    [InlineData("DB_PATH", "/var/lib/techtemp.db", "Store:Path")]
    [InlineData("HTTP_PORT", "8080", "Http:Port")]
    [InlineData("LOG_LEVEL", "Debug", "Logging:LogLevel:Default")]
    public void A_short_form_stands_for_its_long_form(string name, string value, string longForm)
    {
        Assert.Equal(value, Build($"--{name}={value}").Configuration[longForm]);
        Assert.Equal(longForm, Shorthand.Names[name]);
    }

    [Theory]
    [InlineData("DB_PATH", "Store:Path")]
    [InlineData("MQTT_URL", "Mqtt:Url")]
    [InlineData("LOG_LEVEL", "Logging:LogLevel:Default")]
    public void The_long_form_comes_first(string name, string longForm)
    {
        Assert.Equal("long", Build($"--{longForm}=long", $"--{name}=short").Configuration[longForm]);
        Assert.Equal("long", Build($"--{name}=short", $"--{longForm}=long").Configuration[longForm]);
    }

    [Fact]
    public void An_empty_short_form_is_none() => Assert.Null(Build("--DB_PATH=").Configuration["Store:Path"]);

    [Theory]
    [InlineData("error", "error")]
    [InlineData("warn", "Warning")]
    [InlineData("WARN", "Warning")]
    [InlineData("info", "Information")]
    [InlineData("http", "Information")]
    [InlineData("debug", "debug")]
    [InlineData("verbose", "Trace")]
    [InlineData("silly", "Trace")]
    [InlineData("silent", "None")]
    [InlineData("Information", "Information")]
    public void A_log_level_of_Node_js_is_understood(string level, string expected) =>
        Assert.Equal(expected, Build($"--LOG_LEVEL={level}").Configuration["Logging:LogLevel:Default"]);

    [Theory]
    [InlineData(new string[0], "http://localhost:3000")]
    [InlineData(new[] { "--HTTP_PORT=8080" }, "http://localhost:8080")]
    [InlineData(new[] { "--HTTP_PORT=8080", "--Http:Port=8081" }, "http://localhost:8081")]
    [InlineData(new[] { "--Http:Lan=true" }, "http://*:3000")]
    [InlineData(new[] { "--HTTP_PORT=8080", "--urls=http://127.0.0.1:9000" }, "http://127.0.0.1:9000")]
    public void The_host_listens_where_it_is_told(string[] args, string urls) =>
        Assert.Equal(urls, Build(args).WebHost.GetSetting(WebHostDefaults.ServerUrlsKey));

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("-1")]
    public void A_port_that_is_none_is_said_by_its_name(string port)
    {
        var exception = Assert.Throws<StartException>(() => Build($"--HTTP_PORT={port}"));
        Assert.Contains("HTTP_PORT", exception.Message, StringComparison.Ordinal);
    }

    private static WebApplicationBuilder Build(params string[] args) => WebApplication.CreateBuilder(args).AddServiceDefaults(defaultPort: 3000);
}
