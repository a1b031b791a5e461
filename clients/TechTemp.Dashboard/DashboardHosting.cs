using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Fleets;
using TechTemp.Dashboard.History;
using TechTemp.Dashboard.Live;
using TechTemp.Dashboard.Parts;
using TechTemp.Dashboard.Rooms;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard;

/// <summary>Adds the dashboard to a host: its own program, or one that serves other things beside it.</summary>
public static class DashboardHosting
{
    /// <summary>
    /// Adds what the pages need. Configuration:
    /// <code>{ "Dashboard": { "ApiUrl": "http://localhost:3000" } }</code>
    /// </summary>
    public static WebApplicationBuilder AddDashboard(this WebApplicationBuilder builder)
    {
        // Development alone finds the assets of a build that was not published; a program started from one has no environment set.
        builder.WebHost.UseStaticWebAssets();
        var services = builder.Services;
        services.AddOptions<DashboardOptions>().BindConfiguration(DashboardOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ApiConnection>();
        services.AddSingleton<ApiClient>();
        services.AddSingleton<Quantities>();
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<Fleet>();
        services.AddSingleton<RoomFigures>();
        services.AddSingleton<BrokerExample>();
        services.AddScoped<Viewer>();
        services.AddScoped<ToastService>();
        services.AddScoped<RoomBoard>();
        // A browser hears within eight seconds that its server is gone (js/connection.js). The other way there is no hurry: a tab in the background may be slow.
        services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(hub => (hub.KeepAliveInterval, hub.ClientTimeoutInterval) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(60)));
        // What may frame a page is in its policy alone.
        services.AddAntiforgery(antiforgery => antiforgery.SuppressXFrameOptionsHeader = true);
        services.AddKeysForThisRunAlone();
        services.Configure<CircuitOptions>(circuits =>
        {
            // A phone that was put away comes back within minutes, or loads the page again, which takes as long.
            circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(2);
            circuits.DisconnectedCircuitMaxRetained = 20;
        });
        return builder;
    }

    /// <summary>Maps the pages and their assets.</summary>
    public static WebApplication MapDashboard(this WebApplication app)
    {
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use((context, next) =>
        {
            if (!IsForAPage(context) && context.Features.Get<IStatusCodePagesFeature>() is { } pages)
            {
                pages.Enabled = false;
            }

            return next(context);
        });
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapHistoryDownload();
        // What may frame a page is part of the page's policy, in App.
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }

    // A browser that goes somewhere asks for HTML. Paths of the API keep the API's answers, whoever asks.
    private static bool IsForAPage(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        && !context.Request.Path.StartsWithSegments("/api")
        && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    // What is protected is a visit's state, which a restart ends anyway: no key is worth a file. The framework's service would write one
    // at the start for a key ring that nobody uses then, and load 5 MB of XML for it.
    private static void AddKeysForThisRunAlone(this IServiceCollection services)
    {
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        foreach (var writer in services.Where(s => s.ImplementationType?.Name == "DataProtectionHostedService").ToList())
        {
            services.Remove(writer);
        }
    }
}
