using Microsoft.EntityFrameworkCore;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Registries;

/// <summary>Reads and replaces the calibrations of devices.</summary>
public sealed class CalibrationRegistry(TechTempContext context)
{
    /// <summary>The most calibrations that one device may have.</summary>
    public const int MaxCount = 1_000;

    /// <summary>A device's calibrations, newest first; null when there is no device of that uid.</summary>
    public async Task<IReadOnlyList<CalibrationView>?> ListAsync(string uid, CancellationToken cancellationToken) =>
        (await context.Devices.AsNoTracking().Where(d => d.Uid == uid)
            .Select(d => context.Calibrations.Where(c => c.DeviceId == d.Id).OrderByDescending(c => c.From).ToList())
            .SingleOrDefaultAsync(cancellationToken))?.ConvertAll(CalibrationView.Of);

    /// <summary>Makes these the calibrations of a device: all of them, or none when it fails.</summary>
    /// <param name="uid">The device.</param>
    /// <param name="calibrations">In any order; no two from the same millisecond on, and each offset at most its quantity's <see cref="Quantity.MostOffset"/> up or down.</param>
    /// <param name="cancellationToken">Gives up; nothing is written then.</param>
    /// <returns>False when there is no device of that uid.</returns>
    public async Task<bool> ReplaceAsync(string uid, IReadOnlyList<CalibrationView> calibrations, CancellationToken cancellationToken)
    {
        await using var transaction = await RegistryTransaction.BeginAsync(context, cancellationToken);
        if (await context.Devices.Where(d => d.Uid == uid).Select(d => (int?)d.Id).SingleOrDefaultAsync(cancellationToken) is not { } id)
        {
            return false;
        }

        await context.Calibrations.Where(c => c.DeviceId == id).ExecuteDeleteAsync(cancellationToken);
        context.Calibrations.AddRange(calibrations.Select(c => new Calibration
        {
            DeviceId = id,
            From = c.From,
            TemperatureOffset = c.Offsets.ValueOrZero(QuantityRegistry.Temperature),
            HumidityOffset = c.Offsets.ValueOrZero(QuantityRegistry.Humidity),
            More = MoreValues.Of(c.Offsets),
        }));
        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}

/// <summary>What is added to a device's readings, and since when.</summary>
/// <param name="From">First moment that it holds for.</param>
/// <param name="Offsets">What is added to the values of each quantity.</param>
public sealed record CalibrationView(DateTimeOffset From, QuantityValues Offsets)
{
    internal static CalibrationView Of(Calibration calibration)
    {
        var offsets = new QuantityValues(calibration.TemperatureOffset, calibration.HumidityOffset);
        MoreValues.Read(calibration.More, ref offsets);
        return new(calibration.From, offsets);
    }
}
