using TechTemp.Testing.Pages;

namespace TechTemp.Faults.Books;

/// <summary>A page as docs/store-format.md describes it.</summary>
/// <param name="DeviceId">The store's key of the device.</param>
/// <param name="Start">The start of its span, unix milliseconds UTC.</param>
/// <param name="Readings">Its readings, oldest first.</param>
/// <param name="Summary">What its head says.</param>
internal sealed record StoredPage(
    int DeviceId, long Start, IReadOnlyList<KeyedReading> Readings, IReadOnlyList<IndependentDecoder.Column> Summary)
{
    private const int Quarter = 900_000;

    /// <summary>Decodes a page.</summary>
    /// <exception cref="InvalidDataException">It is not as it is described.</exception>
    public static StoredPage Decode(long id, long quarters, byte[] head, byte[] body)
    {
        var (device, start) = ((int)(id >> 24), (id & 0xFFFFFF) * Quarter);
        var readings = IndependentDecoder.Read(device, start, quarters * Quarter, head, body, out var summary);
        return new(device, start, readings.ConvertAll(r => new KeyedReading(device, r.Ts, r.Values)), summary);
    }

    /// <summary>How many readings a page has, from its head: the number behind the version.</summary>
    public static int Count(byte[] head)
    {
        var (count, shift) = (0, 0);
        for (var i = 1; ; i++, shift += 7)
        {
            count |= (head[i] & 127) << shift;
            if (head[i] < 128)
            {
                return count;
            }
        }
    }
}
