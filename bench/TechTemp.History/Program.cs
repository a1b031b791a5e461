using System.Globalization;
using TechTemp.History;

// The history of one store, as one table of figures from one run:
//   dotnet run -c Release --project bench/TechTemp.History
// With --short: some days, to see that it runs. Nothing is asserted about time.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return await HistoryOptions.CreateCommand().Parse(args).InvokeAsync();
