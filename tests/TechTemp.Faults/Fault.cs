namespace TechTemp.Faults;

/// <summary>One row of the table.</summary>
/// <param name="Name">How <c>--only</c> calls it.</param>
/// <param name="Promise">What is done, and what TechTemp promises then.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record Fault(string Name, string Promise, Func<FaultRun, Task> RunAsync);
