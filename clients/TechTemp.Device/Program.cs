using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechTemp.Clients.Device;

if (args is not ["simulate", .. var settings])
{
    Console.Error.WriteLine("Usage: TechTemp.Device simulate [--MQTT_URL=mqtt://user:password@host:1883] [--every=00:00:05]");
    return 1;
}

var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = settings });
builder.Services.AddHostedService<SimulatedHouse>();
await builder.Build().RunAsync();
return 0;
