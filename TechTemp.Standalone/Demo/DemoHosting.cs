using System.ComponentModel;
using Microsoft.Extensions.Configuration.Memory;

namespace TechTemp.Standalone.Demo;

/// <summary>The simulated sensors.</summary>
internal sealed class DemoOptions
{
    public const string Section = "Demo";

    [Description("Simulated sensors in a store of their own, `data/demo.db` unless one is named (`--demo`).")]
    public bool Enabled { get; set; }
}

internal static class DemoHosting
{
    /// <summary>
    /// Adds the simulated sensors where they are asked for. Configuration:
    /// <code>{ "Demo": { "Enabled": true } }</code>
    /// </summary>
    public static WebApplicationBuilder AddDemo(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<DemoOptions>().BindConfiguration(DemoOptions.Section);
        var options = builder.Configuration.GetSection(DemoOptions.Section).Get<DemoOptions>() ?? new();
        if (options.Enabled)
        {
            // The weakest source: invented readings must not land among real ones because nobody named a file.
            builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
            {
                InitialData = [KeyValuePair.Create("Store:Path", (string?)"data/demo.db")],
            });
            builder.Services.AddHostedService<DemoSensors>();
        }

        return builder;
    }
}
