using System.Runtime.CompilerServices;
using TechTemp.Readings.Pages;
using TechTemp.Readings.Storage;

namespace TechTemp.Readings.Queries;

/// <summary>The readings of a device or a room over time. What fails is the exception of the store.</summary>
public sealed class SeriesQueries(IReadingStore store)
{
    /// <summary>Opens a snapshot, for a series and its newest readings.</summary>
    /// <inheritdoc cref="IReadingStore.OpenAsync"/>
    public async ValueTask<SeriesSnapshot> OpenAsync(string subject, CancellationToken cancellationToken) => new(await store.OpenAsync(subject, cancellationToken));

    /// <summary>The newest readings of a series as of one moment, in a snapshot of their own.</summary>
    /// <inheritdoc cref="SeriesSnapshot.NewestAsync"/>
    public async ValueTask<IReadOnlyList<SeriesBlock>> NewestAsync(Series series, int limit, CancellationToken cancellationToken)
    {
        await using var snapshot = await OpenAsync("readings", cancellationToken);
        return await snapshot.NewestAsync(series, limit, cancellationToken);
    }

    /// <summary>
    /// All readings of a series, in the order of <see cref="NewestAsync"/>, read some at a time: between two blocks nothing is held in the store, however
    /// slowly they are taken. What is stored or removed meanwhile may be among them or not.
    /// </summary>
    /// <param name="series">The series.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PageDamagedException">A page is damaged.</exception>
    public async IAsyncEnumerable<SeriesBlock> AllAsync(Series series, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new SeriesReader(series);
        while (!reader.IsAtEnd)
        {
            await using (var snapshot = await store.OpenAsync("readings", cancellationToken))
            {
                await reader.ReadAsync(snapshot, SeriesSnapshot.ReadingsOfAChunk, cancellationToken);
            }

            while (reader.TryTake(int.MaxValue, out var block))
            {
                yield return block;
            }
        }
    }
}
