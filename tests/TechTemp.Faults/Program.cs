using System.CommandLine.Invocation;
using TechTemp.Faults;

var parsed = FaultOptions.CreateCommand().Parse(args);
if (parsed.Action is ParseErrorAction mistake)
{
    // What is wrong, and not a page of help below it.
    mistake.ShowHelp = false;
}

return await parsed.InvokeAsync();
