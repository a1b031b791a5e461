using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TechTemp.ServiceDefaults;

namespace TechTemp.Rules.Tests.Hosting;

/// <summary>The log of requests: while it is on at any level, each request gets a scope and an activity.</summary>
public sealed class RequestLogTests
{
    [Fact]
    public void Without_a_setting_it_is_off() => Assert.False(IsOn([]));

    [Theory]
    [InlineData("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "info")]
    [InlineData("Logging:Console:LogLevel:Microsoft.AspNetCore", "info")]
    [InlineData("Logging:Console:FormatterOptions:IncludeScopes", "true")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")]
    public void It_is_on_where_a_setting_shows_requests_or_their_scopes(string key, string value) => Assert.True(IsOn([new(key, value)]));

    [Fact]
    public void A_setting_of_its_level_holds()
    {
        using var app = Build([new("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "info")]);
        Assert.True(Log(app).IsEnabled(LogLevel.Information));
    }

    private static bool IsOn(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        using var app = Build(settings);
        return Log(app).IsEnabled(LogLevel.Critical);
    }

    private static ILogger Log(IServiceProvider services) => services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics");

    private static ServiceProvider Build(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.AddServiceDefaults(defaultPort: 3000);
        return builder.Services.BuildServiceProvider();
    }
}
