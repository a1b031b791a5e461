using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using TechTemp.Benchmarks;

// The single steps of a reading's way, with what each allocates:
//   dotnet run -c Release --project bench/TechTemp.Benchmarks -- --filter '*'
// With --short: each step once, to see that it runs. Nothing is asserted about time.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var isShort = args.Contains("--short");
SharedSite.Days = isShort ? 2 : 365;
// In this process: the programs that BenchmarkDotNet would make and build for each are not the ones that were built here, and one
// store with a year of readings serves all.
var job = (isShort ? Job.Dry : Job.Default).WithToolchain(InProcessEmitToolchain.Instance);
var config = ManualConfig.CreateEmpty()
    .AddJob(job)
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddLogger(ConsoleLogger.Default)
    .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "artifacts"))
    .WithOption(ConfigOptions.JoinSummary, true)
    // CI builds without optimization, and does not look at the figures.
    .WithOption(ConfigOptions.DisableOptimizationsValidator, isShort);
string[] rest = [.. args.Except(["--short"])];
var summaries = BenchmarkSwitcher.FromAssembly(typeof(SharedSite).Assembly).Run(rest.Length == 0 ? ["--filter", "*"] : rest, config).ToList();
SharedSite.Dispose();
return summaries.Count > 0 && summaries.All(s => !s.HasCriticalValidationErrors && s.Reports.All(r => r.Success)) ? 0 : 1;
