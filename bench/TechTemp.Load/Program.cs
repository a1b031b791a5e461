using System.Globalization;
using TechTemp.Load;
using TechTemp.Load.Opponents;

// The whole way of a reading under load, with a real broker and the real programs as processes, as one table of one run:
//   dotnet run -c Release --project bench/TechTemp.Load
// With --short: small counts, to see that it runs. Nothing is asserted about time.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return args switch
{
    // What the hosts are measured against runs as a process of its own, as they do.
    [BareServer.Verb, .. var rest] => await BareServer.RunAsync(rest),
    [Prototype.Verb, .. var rest] => await Prototype.RunAsync(rest),
    _ => await LoadOptions.CreateCommand().Parse(args).InvokeAsync(),
};
