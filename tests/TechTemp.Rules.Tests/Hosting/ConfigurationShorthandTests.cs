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
    public void The_long_form_comes_first(string name, string longForm)
    {
        Assert.Equal("long", Build($"--{longForm}=long", $"--{name}=short").Configuration[longForm]);
        Assert.Equal("long", Build($"--{name}=short", $"--{longForm}=long").Configuration[longForm]);
    }

    [Fact]
    public void An_empty_short_form_is_none() => Assert.Null(Build("--DB_PATH=").Configuration["Store:Path"]);

    [Theory]
    [InlineData("error", "Error")]
    [InlineData("warn", "Warning")]
    [InlineData("WARN", "Warning")]
    [InlineData("info", "Information")]
    [InlineData("http", "Information")]
    [InlineData("debug", "Debug")]
    [InlineData("verbose", "Trace")]
    [InlineData("silly", "Trace")]
    [InlineData("silent", "None")]
    [InlineData("Information", "Information")]
    public void A_log_level_of_Node_js_is_understood_in_every_form_of_the_setting(string level, string expected)
    {
        Assert.Equal(expected, Build($"--LOG_LEVEL={level}").Configuration["Logging:LogLevel:Default"]);
        Assert.Equal(expected, Build($"--Logging:LogLevel:Default={level}", "--LOG_LEVEL=trace").Configuration["Logging:LogLevel:Default"]);
        Assert.Equal(expected, Build($"--Logging:Console:LogLevel:TechTemp={level}").Configuration["Logging:Console:LogLevel:TechTemp"]);
    }

    [Theory]
    [InlineData("--LOG_LEVEL=loud", "LOG_LEVEL (Logging:LogLevel:Default) must be trace, debug, info, warn, error, fatal or silent, was 'loud'.")]
    [InlineData("--Logging:LogLevel:TechTemp=5", "Logging:LogLevel:TechTemp must be")]
    public void A_log_level_that_is_none_is_named(string argument, string message) =>
        Assert.Contains(message, Assert.Throws<StartException>(() => Build(argument)).Message, StringComparison.Ordinal);

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
