namespace TechTemp.Readings.Sequences;

/// <summary>
/// Which numbers of one device's counter have come: the highest, and the gaps below it. What lies below the first gap may
/// be forgotten by the device. Numbers come mostly one after the other, so that there is mostly nothing but the highest.
/// </summary>
public sealed class DeviceSequence
{
    /// <summary>
    /// The most gaps that are remembered. A number that would open one more counts as not come: it is above
    /// <see cref="Acked"/>, so the device sends it again.
    /// </summary>
    public const int MaxGaps = 100;

    private readonly List<(long First, long Last)> _gaps = [];

    /// <summary>For a device that has not counted yet.</summary>
    public DeviceSequence()
    {
    }

    /// <summary>As stored.</summary>
    /// <param name="highest">The highest number that came; null when none did.</param>
    /// <param name="gaps">What is missing below it, in order.</param>
    public DeviceSequence(long? highest, IEnumerable<(long First, long Last)> gaps)
    {
        Highest = highest;
        _gaps.AddRange(gaps);
    }

    /// <summary>The highest number that came; null when none did.</summary>
    public long? Highest { get; private set; }

    /// <summary>The missing numbers below <see cref="Highest"/>, first and last of each run, in order.</summary>
    public IReadOnlyList<(long First, long Last)> Gaps => _gaps;

    /// <summary>Whether <see cref="Gaps"/> differ from what is stored.</summary>
    public bool GapsChanged { get; private set; }

    /// <summary>The number up to which every reading has come; null when the device does not count.</summary>
    public long? Acked => _gaps.Count > 0 ? _gaps[0].First - 1 : Highest;

    /// <summary>The gaps are stored as they are.</summary>
    public void GapsWritten() => GapsChanged = false;

    /// <summary>Starts anew: the device's counter has begun again (a new memory card, say).</summary>
    public void Restart()
    {
        Highest = null;
        GapsChanged |= _gaps.Count > 0;
        _gaps.Clear();
    }

    /// <summary>A reading came that is now committed or rejected.</summary>
    public void Accept(in SequenceMark mark)
    {
        // Where the device does not say how far back its memory goes, its first number that we see is where it begins.
        Highest ??= (mark.Oldest ?? mark.Number) - 1;
        if (mark.Oldest is { } oldest)
        {
            Forget(oldest);
        }

        if (mark.Number > Highest)
        {
            Rise(mark.Number);
        }
        else
        {
            Fill(mark.Number);
        }
    }

    private void Forget(long oldest)
    {
        Highest = Math.Max(Highest!.Value, oldest - 1);
        while (_gaps is [var gap, ..] && gap.First < oldest)
        {
            GapsChanged = true;
            _gaps.RemoveAt(0);
            if (gap.Last >= oldest)
            {
                _gaps.Insert(0, (oldest, gap.Last));
            }
        }
    }

    private void Rise(long number)
    {
        var expected = Highest!.Value + 1;
        if (number > expected)
        {
            if (_gaps.Count == MaxGaps)
            {
                return;
            }

            GapsChanged = true;
            _gaps.Add((expected, number - 1));
        }

        Highest = number;
    }

    private void Fill(long number)
    {
        var i = _gaps.FindIndex(g => g.First <= number && number <= g.Last);
        if (i < 0)
        {
            return;
        }

        var (first, last) = _gaps[i];
        var splits = first < number && number < last;
        if (splits && _gaps.Count == MaxGaps)
        {
            return;
        }

        GapsChanged = true;
        _gaps.RemoveAt(i);
        if (number < last)
        {
            _gaps.Insert(i, (number + 1, last));
        }

        if (first < number)
        {
            _gaps.Insert(i, (first, number - 1));
        }
    }
}
