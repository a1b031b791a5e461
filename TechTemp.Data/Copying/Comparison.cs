namespace TechTemp.Data.Copying;

/// <summary>
/// Compares parts of two stores. A part that differs is copied again and compared again. Where the source is then as it was before, and the target differs all the same, it is a difference;
/// otherwise the source has changed meanwhile.
/// </summary>
internal sealed class Comparison
{
    // A part that changes all the time is right when the source rests.
    private const int MostTries = 4;

    private readonly List<CopyDifference> _differences = [];

    /// <summary>How many parts changed meanwhile.</summary>
    public int Changed { get; private set; }

    /// <summary>What differs.</summary>
    public IReadOnlyList<CopyDifference> Differences => _differences;

    /// <summary>Compares a part.</summary>
    /// <param name="part">Its name, where it is missing on both sides.</param>
    /// <param name="check">Checks it in a store: pieces of it, each with counts and a checksum.</param>
    /// <param name="copy">Copies it again.</param>
    /// <param name="source">The source, for <paramref name="check"/>.</param>
    /// <param name="target">The target, for <paramref name="check"/>.</param>
    public async ValueTask CompareAsync<T>(string part, Func<T, ValueTask<List<(string What, string Check)>>> check, Func<ValueTask> copy, T source, T target)
    {
        List<(string What, string Check)>? before = null;
        for (var tries = 0; ; tries++)
        {
            var wanted = await check(source);
            var there = await check(target);
            var differ = wanted.Except(there).Concat(there.Except(wanted)).Select(piece => piece.What).Distinct().ToList();
            if (differ.Count == 0 || tries == MostTries)
            {
                Changed += tries > 0 ? 1 : 0;
                return;
            }

            if (before is not null && before.SequenceEqual(wanted))
            {
                _differences.AddRange(differ.DefaultIfEmpty(part).Select(what => new CopyDifference(what, Find(wanted, what), Find(there, what))));
                return;
            }

            before = wanted;
            await copy();
        }
    }

    private static string Find(List<(string What, string Check)> pieces, string what) => pieces.Find(piece => piece.What == what).Check ?? "nothing";
}
