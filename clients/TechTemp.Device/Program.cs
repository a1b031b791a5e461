using System.CommandLine.Invocation;
using TechTemp.Clients.Device.Commands;

var parsed = DeviceCommands.Create().Parse(args);
if (parsed.Action is ParseErrorAction mistake)
{
    // What is wrong, and not a page of help below it.
    mistake.ShowHelp = false;
}

// The host ends in its own time, with a goodbye to the broker.
return await parsed.InvokeAsync(new() { ProcessTerminationTimeout = null });
