using System.Globalization;
using TechTemp.History;

// History over a year of 20 devices at 5-minute steps (2.1 million readings), as one table of figures from one run:
//   dotnet run -c Release --project bench/TechTemp.History
// With --short: a week, to see that it runs. Nothing is asserted.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var days = args.Contains("--short") ? 7 : 365;
using var site = await Site.CreateAsync(devices: 20, days);
var table = new Table();
StoreRows.Measure(site, table);
await HttpRows.MeasureAsync(site, table);
await IngestRows.MeasureAsync(table, rounds: days == 365 ? 5 : 1, readings: days == 365 ? 200_000 : 8_000);
table.Print();
