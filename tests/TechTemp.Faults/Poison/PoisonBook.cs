using TechTemp.Faults.Books;

namespace TechTemp.Faults.Poison;

/// <summary>What was sent and acknowledged, against what is in the store: each message once, as a reading or as a refused one, or as both where only some values are refused.</summary>
internal sealed class PoisonBook
{
    private const int Examples = 5;
    private readonly Dictionary<(string Uid, long Ts), PoisonMessage> _readings = [];
    private readonly Dictionary<string, int> _rejected = [];
    private readonly int[] _byFate = new int[Enum.GetValues<Fate>().Length];

    /// <summary>How many messages have this fate.</summary>
    public int Count(Fate fate) => _byFate[(int)fate];

    /// <summary>Notes a message that was acknowledged.</summary>
    public void Add(PoisonMessage message)
    {
        _byFate[(int)message.Fate]++;
        if (message.Fate is Fate.Stored or Fate.Either or Fate.Partly)
        {
            _readings.Add((message.Sample.Uid, message.Sample.Ts), message);
        }

        if (message.Fate is Fate.Rejected or Fate.Partly)
        {
            _rejected[message.Topic] = _rejected.GetValueOrDefault(message.Topic) + 1;
        }
    }

    /// <summary>Notes the counts, and promises that they are as they should be.</summary>
    public void Judge(FaultRun run, Store store)
    {
        int stored = 0, wrong = 0;
        var examples = new List<string>();
        var maybe = new Dictionary<string, int>();
        foreach (var reading in store.Readings())
        {
            stored++;
            if (!_readings.Remove((reading.Uid, reading.Ts), out var message) || (message.Fate != Fate.Either && message.Sample != reading))
            {
                Example($"{reading} was not sent so");
            }
            else if (message.Fate == Fate.Either)
            {
                // A value of it may have been refused.
                maybe[message.Topic] = maybe.GetValueOrDefault(message.Topic) + 1;
            }
        }

        // What may be either and was not stored must have been refused.
        foreach (var message in _readings.Values)
        {
            if (message.Fate != Fate.Either)
            {
                Example($"{message.Sample} was not stored");
            }
            else
            {
                _rejected[message.Topic] = _rejected.GetValueOrDefault(message.Topic) + 1;
            }
        }

        var rejected = 0;
        foreach (var (topic, count) in store.Query("SELECT topic, count(*) FROM rejected_messages GROUP BY topic;", row => (row.GetString(0), row.GetInt32(1))))
        {
            rejected += count;
            _rejected.Remove(topic, out var expected);
            if (count < expected || count > expected + maybe.GetValueOrDefault(topic))
            {
                Example($"{count} messages instead of {expected} were refused at {topic}");
            }
        }

        foreach (var (topic, count) in _rejected)
        {
            Example($"0 messages instead of {count} were refused at {topic}");
        }

        run.Note($"{_byFate.Sum():N0} acknowledged: {stored:N0} stored, {rejected:N0} rejected, {Count(Fate.Ignored):N0} no readings");
        run.Promise(wrong == 0, $"{wrong} are not as they should be. For example: {string.Join("; ", examples)}");

        void Example(string text)
        {
            wrong++;
            if (examples.Count < Examples)
            {
                examples.Add(text);
            }
        }
    }
}
