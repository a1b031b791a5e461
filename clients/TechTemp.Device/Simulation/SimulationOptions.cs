using System.ComponentModel.DataAnnotations;
using TechTemp.Clients.Device.Settings;

namespace TechTemp.Clients.Device.Simulation;

/// <summary>What is simulated, and who is told.</summary>
public sealed class SimulationOptions : IValidatableObject
{
    /// <summary>The broker.</summary>
    public BrokerOptions Broker { get; set; } = new();

    /// <summary>The devices' home.</summary>
    [RegularExpression(Ids.Pattern, ErrorMessage = "--home must be 1 to 50 characters of A-Z, a-z, 0-9, _ and -.")]
    public string Home { get; set; } = "demo";

    /// <summary>How many devices.</summary>
    [Range(1, 10_000, ErrorMessage = "--devices must be from 1 to 10000.")]
    public int Devices { get; set; } = 6;

    /// <summary>How often each measures.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0100000", "1.00:00:00", ErrorMessage = "--every must be from 10ms to 1d.")]
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How much past is sent first.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3660.00:00:00", ErrorMessage = "--history must be from 0s to 3660d.")]
    public TimeSpan History { get; set; }

    /// <summary>How often each has measured in the past.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "--history-every must be from 1s to 1d.")]
    public TimeSpan HistoryEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>What goes wrong.</summary>
    public IReadOnlyCollection<SimulatedFault> Faults { get; set; } = [];

    /// <summary>The folder of the spools, one below it for each device; null for one that is gone in the end.</summary>
    public string? SpoolFolder { get; set; }

    /// <summary>Whose word lets go of a reading.</summary>
    public Acknowledgement AcknowledgedBy { get; set; }

    /// <summary>The most readings that each device keeps.</summary>
    public int MaxReadings { get; set; } = new SpoolOptions().MaxReadings;

    /// <summary>The device of a room.</summary>
    public static string Uid(SimulatedRoom room) => $"demo-{room.Uid}";

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (History / HistoryEvery > MaxReadings)
        {
            yield return new($"--history with --history-every must be at most {MaxReadings} readings for each device.", [nameof(History)]);
        }
    }
}
