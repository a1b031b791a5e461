using System.Collections;

namespace TechTemp.Faults.Books;

/// <summary>
/// The store against the books of the publishers. What was acknowledged must be there once, as it was sent; what was sent
/// and not acknowledged may be there; nothing else may.
/// </summary>
internal sealed class Comparison
{
    private const int Examples = 5;
    private readonly List<string> _examples = [];
    private readonly List<Sample> _lostSamples = [];

    private Comparison()
    {
    }

    /// <summary>Acknowledged readings.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Stored readings.</summary>
    public int Stored { get; private set; }

    /// <summary>Acknowledged and not stored.</summary>
    public int Lost => _lostSamples.Count;

    /// <summary>The readings that are lost.</summary>
    public IReadOnlyList<Sample> LostSamples => _lostSamples;

    /// <summary>Stored a second time, with another time.</summary>
    public int Doubled { get; private set; }

    /// <summary>Stored with other values than were sent.</summary>
    public int Altered { get; private set; }

    /// <summary>Stored as another device's.</summary>
    public int Misplaced { get; private set; }

    /// <summary>Stored and never sent.</summary>
    public int Invented { get; private set; }

    /// <summary>Pages that do not say what the readings say.</summary>
    public int WrongPages { get; private set; }

    /// <summary>Refused messages in the store.</summary>
    public int Rejected { get; private set; }

    /// <summary>Everything that is not as it should be.</summary>
    public int Wrong => Lost + Doubled + Altered + Misplaced + Invented + WrongPages;

    /// <summary>Compares.</summary>
    /// <param name="books">The books of every device that published.</param>
    /// <param name="store">The store, in which nothing happens any more.</param>
    public static Comparison Of(IEnumerable<Book> books, Store store)
    {
        var comparison = new Comparison { Rejected = store.CountRejected() };
        var byDevice = books.ToDictionary(b => b.Device);
        var found = byDevice.ToDictionary(b => b.Key, b => new BitArray(b.Value.Sent + 1));
        foreach (var reading in store.Readings())
        {
            if (LongHistory.Has(reading.Uid))
            {
                continue;
            }

            comparison.Stored++;
            comparison.Place(reading, byDevice, found);
        }

        foreach (var book in byDevice.Values)
        {
            comparison.Acknowledged += book.Acknowledged;
            comparison.FindLost(book, found[book.Device]);
        }

        foreach (var difference in PageCheck.Differences(store))
        {
            comparison.WrongPages++;
            comparison.Example(difference);
        }

        return comparison;
    }

    /// <summary>What was counted, for the table.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Acknowledged:N0} acknowledged, {Stored:N0} stored: {Lost} lost, {Doubled} doubled, {Altered} altered, {Misplaced} out of place, {WrongPages} pages wrong");

    /// <summary>Notes the counts, and promises that they are as they should be.</summary>
    /// <param name="run">The run.</param>
    /// <param name="rejected">How many messages must have been refused.</param>
    public void Judge(FaultRun run, int rejected = 0)
    {
        run.Note($"{this}");
        run.Promise(Wrong == 0, $"{this}, {Invented} never sent. For example: {string.Join("; ", _examples)}");
        run.Promise(Rejected == rejected, $"{Rejected} messages were refused instead of {rejected}.");
    }

    private void Place(StoredReading reading, Dictionary<int, Book> books, Dictionary<int, BitArray> found)
    {
        if (Sample.FromValues(reading.Temperature, reading.Humidity, reading.Co2) is { } sample && books.TryGetValue(sample.Device, out var book) && book.Has(sample))
        {
            if (sample.Uid != reading.Uid)
            {
                Misplaced++;
                Example($"{sample} stands at {reading}");
            }
            else if (sample.Ts != reading.Ts || found[sample.Device][(int)sample.Counter])
            {
                Doubled++;
                Example($"{sample} is also stored as {reading}");
            }
            else
            {
                found[sample.Device][(int)sample.Counter] = true;
            }
        }
        else if (Sample.FromKey(reading.Uid, reading.Ts) is { } meant && books.TryGetValue(meant.Device, out book) && book.Has(meant))
        {
            Altered++;
            Example($"{meant} became {reading}");
        }
        else
        {
            Invented++;
            Example($"{reading} was never sent");
        }
    }

    private void FindLost(Book book, BitArray found)
    {
        for (var counter = 1; counter < found.Length; counter++)
        {
            if (!found[counter] && book.AcknowledgedAt(counter) is not null)
            {
                var sample = new Sample(book.Device, counter);
                _lostSamples.Add(sample);
                Example($"{sample} is lost");
            }
        }
    }

    private void Example(string text)
    {
        if (_examples.Count < Examples)
        {
            _examples.Add(text);
        }
    }
}
