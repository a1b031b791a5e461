using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Data.Readings;

/// <summary>What happens to a reading of a device that nobody has provisioned.</summary>
public enum UnknownDevices
{
    /// <summary>The device is created, unprovisioned, and its reading stored.</summary>
    Register,

    /// <summary>The message is kept as rejected and stored, in order, when somebody provisions the device.</summary>
    Hold,
}

/// <summary>The rules of ingest that every process that writes readings must share.</summary>
public sealed class IngestOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Ingest";

    /// <summary>What happens to a reading of an unknown device.</summary>
    [EnumDataType(typeof(UnknownDevices), ErrorMessage = "Ingest:UnknownDevices must be Register or Hold.")]
    [Description("`Register` creates the device of an unknown reading; `Hold` keeps the message as rejected until the device is provisioned.")]
    public UnknownDevices UnknownDevices { get; set; } = UnknownDevices.Register;

    /// <summary>How many devices that nobody has provisioned there may be before no more register themselves, 0 to 10 million.</summary>
    [Range(0, 10_000_000, ErrorMessage = "Ingest:MaxAutoRegistered must be from 0 to 10000000.")]
    [Description("With how many unprovisioned devices no more register themselves: messages of further ones are held, as with `Hold`.")]
    public int MaxAutoRegistered { get; set; } = 10_000;
}
