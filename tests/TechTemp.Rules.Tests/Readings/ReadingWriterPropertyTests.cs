using CsCheck;
using TechTemp.Data.Readings;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Readings;

public sealed class ReadingWriterPropertyTests : IDisposable
{
    // Few devices, moments and values, so that duplicates, conflicts and late readings are frequent.
    private static readonly Gen<(int Device, int At, int Temperature)[][]> s_batches =
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 5], Gen.Int[0, 1]).Array[0, 8].Array[1, 6];

    private readonly TestStore _store = new();
    private int _run;

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Whatever_comes_repeated_and_reordered_each_reading_is_stored_once_with_its_first_values() =>
        s_batches.Sample(
            batches =>
            {
                // Devices of its own for each case: a new store for each would take long.
                var run = Interlocked.Increment(ref _run);
                var expected = new Dictionary<(string, long), double>();
                var newest = new Dictionary<string, long>();
                foreach (var batch in batches.Concat(batches.Reverse()))
                {
                    var messages = Array.ConvertAll(batch, m => (Device: $"r{run}-{m.Device}", Ts: _store.Now + m.At, Temperature: (double)m.Temperature));
                    var touched = new HashSet<string>();
                    var result = _store.Write(Array.ConvertAll(messages, m => Reading(m.Ts, m.Temperature, device: m.Device)));
                    foreach (var ((device, ts, temperature), outcome) in messages.Zip(result.Outcomes))
                    {
                        var isNew = expected.TryAdd((device, ts), temperature);
                        Assert.Equal(
                            isNew ? OutcomeKind.Stored : expected[(device, ts)] == temperature ? OutcomeKind.Duplicate : OutcomeKind.Rejected,
                            outcome.Kind);
                        Assert.Equal(isNew && newest.TryGetValue(device, out var last) && ts < last, outcome.Late);
                        if (isNew)
                        {
                            newest[device] = Math.Max(ts, newest.GetValueOrDefault(device));
                        }

                        if (outcome.Kind != OutcomeKind.Rejected)
                        {
                            touched.Add(device);
                        }
                    }

                    Assert.Equal(touched.Order(StringComparer.Ordinal), result.States.Select(s => s.DeviceUid).Order(StringComparer.Ordinal));
                    Assert.All(result.States, s => Assert.Equal((newest[s.DeviceUid], expected[(s.DeviceUid, s.Ts)]), (s.Ts, s.Temperature)));
                }

                for (var device = 0; device <= 2; device++)
                {
                    var uid = $"r{run}-{device}";
                    Assert.Equal(
                        expected.Where(e => e.Key.Item1 == uid).OrderBy(e => e.Key.Item2).Select(e => (e.Key.Item2, e.Value, 50d)),
                        _store.Readings(uid));
                }
            },
            iter: 200);

    [Fact]
    public async Task Batches_written_by_many_threads_at_once_are_all_stored_once()
    {
        var now = _store.Now;
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (i, _) =>
        {
            for (var j = 0; j < 10; j++)
            {
                _store.Write(Reading(now + j), Reading(now + j, device: $"t{i}"));
            }

            return ValueTask.CompletedTask;
        });
        Assert.Equal(10, _store.Readings().Count);
        Assert.All(Enumerable.Range(0, 8), i => Assert.Equal(10, _store.Readings($"t{i}").Count));
    }
}
