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

    /// <summary>How far a reading may be dated ahead to be shown as its device's latest, up to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "Ingest:FutureTolerance must be from 00:00:00 to 1.00:00:00.")]
    [Description("How far a reading may be dated after this machine's clock to be shown as its device's latest (`hh:mm:ss`). One that is further ahead is stored, and shown when its time has come; the device is named in the log and in `/api/v1/system`.")]
    public TimeSpan FutureTolerance { get; set; } = TimeSpan.FromMinutes(5);
}
