using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using TechTemp.Readings.Rules;

namespace TechTemp.Ingest.Instances;

/// <summary>Which of several workers this process is, and what its part is.</summary>
public sealed partial class WorkerOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Ingest";

    private static readonly char[] s_separators = [',', ' '];

    /// <summary>The name of this worker; null for the only one.</summary>
    [Description("The name of this worker where several share one PostgreSQL store, 1 to 50 of `[A-Za-z0-9_-]`: stable, and another one for each. Empty: this is the only worker.")]
    public string? Worker { get; set; }

    /// <summary>The homes that this worker stores, separated by commas; null when they are assigned to it.</summary>
    [Description("The homes that this worker stores, separated by commas; it gets no others. Empty: homes are divided among the workers. Counts with `Ingest:Worker` only.")]
    public string? Homes { get; set; }

    /// <summary>Whether the first worker takes the homes that no worker has.</summary>
    [Description("Whether the first worker subscribes to every home, so that readings of an unknown home are stored. `false`: each worker receives its homes alone, and the broker discards readings of a home that has no device yet. The same for all workers; counts with `Ingest:Worker` only.")]
    public bool OtherHomes { get; set; } = true;

    /// <summary>The name; empty for the only worker.</summary>
    internal string Name => Worker ?? "";

    /// <summary>Whether there may be others.</summary>
    internal bool IsOneOfSeveral => Name.Length > 0;

    /// <summary>The homes, each once.</summary>
    internal IReadOnlyList<string> HomeList => [.. (Homes ?? "").Split(s_separators, StringSplitOptions.RemoveEmptyEntries).Distinct()];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsOneOfSeveral && !Valid().IsMatch(Name))
        {
            yield return new("Ingest:Worker must be 1 to 50 of the characters A-Z, a-z, 0-9, _ and -.", [nameof(Worker)]);
        }

        if (HomeList.FirstOrDefault(home => !Uids.IsValid(home)) is not null)
        {
            yield return new($"Ingest:Homes must be ids of homes, separated by commas; each {Uids.Rule}.", [nameof(Homes)]);
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,50}$")]
    private static partial Regex Valid();
}
