using TechTemp.Clients.Device.Commands;
using TechTemp.ServiceDefaults.Hosting;

PlainConsole.Install();
var parsed = DeviceCommands.Parse(args);
if (DeviceCommands.Explain(parsed, args) is { } mistake)
{
    return DeviceHost.Fail(mistake);
}

// The host ends in its own time, with a goodbye to the broker.
return await parsed.InvokeAsync(new() { ProcessTerminationTimeout = null });
