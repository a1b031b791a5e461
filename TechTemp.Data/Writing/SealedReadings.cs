using TechTemp.Readings.Pages;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Writing;

/// <summary>
/// Finds readings in pages for the writer, inside its transaction: whether a late reading has come before. Remembers the page that was read last until
/// somebody else commits: late readings come in runs. Not thread-safe.
/// </summary>
internal sealed class SealedReadings
{
    private PageKey _key;
    private PageReadings? _page;

    /// <summary>Somebody else may have sealed.</summary>
    public void Forget() => _page = null;

    /// <summary>Looks for readings.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="keys">In order.</param>
    /// <param name="found">Receives for each what is stored, or why that cannot be told; neither where no page has it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask FindAsync(IWriteTransaction transaction, List<ReadingKey> keys, (Measurement? Stored, PageDamagedException? Damage)[] found, CancellationToken cancellationToken)
    {
        if (keys.TrueForAll(Covers))
        {
            for (var i = 0; i < keys.Count; i++)
            {
                found[i] = (Find(keys[i]), null);
            }

            return;
        }

        var pages = await transaction.FindPagesAsync(keys, cancellationToken);
        PageDamagedException? damage = null;
        // Both are in order.
        for (int i = 0, next = 0; i < keys.Count; i++)
        {
            for (; next < pages.Count && pages[next].Key is var key && (key.DeviceId, key.Start).CompareTo((keys[i].DeviceId, keys[i].Ts)) <= 0; next++)
            {
                damage = Read(pages[next]);
            }

            found[i] = !_key.Holds(keys[i].DeviceId, keys[i].Ts) ? default : damage is null ? (Find(keys[i]), null) : (null, damage);
        }
    }

    private bool Covers(ReadingKey key) => _page is not null && _key.Holds(key.DeviceId, key.Ts);

    private PageDamagedException? Read(in Page page)
    {
        (_key, _page) = (page.Key, null);
        try
        {
            _page = PageDecoder.Read(page.Key, page.Head.Span, page.Body.Span);
            return null;
        }
        catch (PageDamagedException e)
        {
            return e;
        }
    }

    private Measurement? Find(in ReadingKey key) =>
        _page is not null && Array.BinarySearch(_page.Times, key.Ts) is >= 0 and var index ? new(key.Ts, _page.ValuesAt(index)) : null;
}
