using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using OpenTelemetry.Trace;
using TechTemp.ServiceDefaults;
using TechTemp.Testing;
using TechTemp.Testing.Otlp;

namespace TechTemp.Rules.Tests.Hosting;

/// <summary>The end of a host whose collector accepts connections and never answers, where the processor comes late to the flush.</summary>
public sealed class TelemetryFlushTests
{
    [Fact]
    public async Task A_flush_that_starts_late_is_not_waited_for_twice()
    {
        await using var collector = new HungCollector();
        var builder = Build(collector);
        builder.Services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddInstrumentation(() => new LateOnce()));
        var app = builder.Build();
        await app.StartAsync(TestContext.Current.CancellationToken);
        // One export hangs, and one is left for the end.
        using var source = new ActivitySource("TechTemp.Flush");
        source.StartActivity()!.Dispose();
        await Eventually.TrueAsync(() => collector.Connections >= 2, "exports have begun");
        source.StartActivity()!.Dispose();

        var since = Stopwatch.GetTimestamp();
        await app.DisposeAsync();

        // A second of flush, 1.5 s of lateness. A provider that shuts itself down has another 5 s.
        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 0, 5);
    }

    [Theory]
    [InlineData("OtlpTraceExporter")]
    [InlineData("OtlpMetricExporter")]
    [InlineData("OtlpLogExporter")]
    public async Task The_exporters_requests_go_through_no_pipeline_that_waits_for_them(string client)
    {
        await using var collector = new HungCollector();
        await using var app = Build(collector).Build();
        var handlers = app.Services.GetRequiredService<IHttpMessageHandlerFactory>();

        Assert.DoesNotContain(ChainOf(handlers.CreateHandler(client)), h => h is ResilienceHandler);
        Assert.Contains(ChainOf(handlers.CreateHandler("another")), h => h is ResilienceHandler);
    }

    private static WebApplicationBuilder Build(HungCollector collector)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(collector.Settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)));
        builder.AddServiceDefaults(defaultPort: 3000);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder;
    }

    private static IEnumerable<HttpMessageHandler> ChainOf(HttpMessageHandler first)
    {
        for (HttpMessageHandler? handler = first; handler is not null; handler = (handler as DelegatingHandler)?.InnerHandler)
        {
            yield return handler;
        }
    }

    /// <summary>A shutdown of the traces passes through this before it is known as the first one: like a thread that is not scheduled there.</summary>
    private sealed class LateOnce : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                using var never = new ManualResetEventSlim();
                never.Wait(TimeSpan.FromSeconds(1.5));
            }
        }
    }
}
