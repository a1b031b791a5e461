using CsCheck;
using TechTemp.Data.Readings;
using TechTemp.Data.Registries;
using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Sqlite.Readings;
using TechTemp.Readings.Calibrations;
using TechTemp.Readings.Quantities;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Devices;

public sealed class CalibrationTests : IDisposable
{
    private static readonly DateTimeOffset s_start = TestStore.Start;
    private readonly TestStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_device_has_none_until_it_is_given_some()
    {
        _store.Write(Reading(_store.Now));
        Assert.Empty((await List())!);
        Assert.Null(await List("nobody"));
        Assert.False(await Calibrate("nobody", new CalibrationView(s_start, new(1, 1))));
    }

    [Fact]
    public async Task The_whole_list_is_replaced_and_read_newest_first()
    {
        _store.Write(Reading(_store.Now), Reading(_store.Now, device: "s2"));
        CalibrationView older = new(s_start.AddDays(-1), new(-0.4, 2)), newer = new(s_start, new(0, 0.1));
        await Calibrate("s2", older);
        Assert.True(await Calibrate("s1", older, newer));
        Assert.Equal([newer, older], await List());
        Assert.True(await Calibrate("s1", new CalibrationView(older.From, new(1, 1))));
        Assert.Equal([new CalibrationView(older.From, new(1, 1))], await List());
        Assert.True(await Calibrate("s1"));
        Assert.Empty((await List())!);
        Assert.Equal([older], await List("s2"));
    }

    [Fact]
    public async Task A_list_that_cannot_be_written_changes_nothing()
    {
        _store.Write(Reading(_store.Now));
        CalibrationView first = new(s_start, new(1, 1)), same = new(s_start, new(2, 2));
        await Calibrate("s1", first);
        await Assert.ThrowsAnyAsync<Exception>(() => Calibrate("s1", new(s_start.AddDays(1), new(3, 3)), first, same));
        Assert.Equal([first], await List());
    }

    [Fact]
    public async Task They_go_with_their_device()
    {
        _store.Write(Reading(_store.Now));
        await Calibrate("s1", new CalibrationView(s_start, new(1, 1)));
        await _store.With((DeviceRegistry d) => d.DeleteAsync("s1", withReadings: true, Cancel));
        Assert.Equal(0, _store.Read(c => c.Calibrations.Count()));
    }

    [Fact]
    public async Task The_newest_reading_is_answered_as_it_was_calibrated_when_it_was_measured()
    {
        _store.Write(Reading(_store.Now, 21.5, 99), Reading(_store.Now, 0, 0, device: "s2"));
        await Calibrate("s1", new(s_start.AddMilliseconds(1), new(9, 9)), new(s_start, new(-0.25, 2.5)), new(s_start.AddDays(-1), new(5, 5)));
        var queries = _store.Get<LatestQueries>();
        // 101.5 % is shown as 100.
        Assert.Equal([("s1", 21.25, 100), ("s2", 0, 0)], queries.Read().Select(l => (l.DeviceUid, l.Temperature, l.Humidity)));
        Assert.Equal([(21.5, 99), (0, 0)], queries.Read(calibrated: false).Select(l => (l.Temperature, l.Humidity)));
        Assert.Equal([(_store.Now, 21.5, 99)], _store.Readings());
    }

    [Fact]
    public async Task A_reading_from_before_the_first_calibration_is_answered_as_it_came()
    {
        _store.Write(Reading(_store.Now, 21.5, 50));
        await Calibrate("s1", new CalibrationView(s_start.AddMilliseconds(1), new(9, 9)));
        Assert.Equal([(21.5, 50)], _store.Get<LatestQueries>().Read().Select(l => (l.Temperature, l.Humidity)));
    }

    [Fact]
    public async Task States_are_calibrated_and_told_of_anew_when_somebody_recalibrates()
    {
        _store.Write(Reading(_store.Now, 20, 50));
        var told = new List<(double, double)>();
        void Tell(IReadOnlyList<DeviceState> states) => told.AddRange(states.Select(s => (s.Temperature, s.Humidity)));
        await _store.Writer.TellChangesAsync(Tell, Cancel);
        await _store.Writer.TellChangesAsync(Tell, Cancel);
        await Calibrate("s1", new(s_start, new(1, -1)), new(s_start.AddMinutes(1), new(2, -2)));
        await _store.Writer.TellChangesAsync(Tell, Cancel);
        Assert.Equal([(20, 50), (21, 49)], told);

        var states = _store.Write(Reading(_store.Now + 60_000, 20, 50), Reading(_store.Now + 59_999, 0, 0)).States;
        Assert.Equal([(_store.Now + 60_000, 22, 48)], states.Select(s => (s.Ts, s.Temperature, s.Humidity)));
        Assert.Equal([(_store.Now + 60_000, 22, 48)], _store.Get<LatestQueries>().Read().Select(l => (l.Ts, l.Temperature, l.Humidity)));
    }

    [Fact]
    public void The_one_that_holds_is_the_last_that_began_at_or_before_the_moment() =>
        Gen.Select(Gen.Int[0, 12].Array[0, 6], Gen.Int[-1, 13]).Sample(
            (moments, at) =>
            {
                _store.Execute("DELETE FROM devices; INSERT INTO devices (id, uid, provisioned, created_at) VALUES (7, 's1', 0, 0);");
                foreach (var from in moments.Distinct())
                {
                    _store.Execute($"INSERT INTO calibrations (device_id, from_ts, temperature_offset, humidity_offset) VALUES (7, {from}, {from + 0.5}, {-from});");
                }

                using var connection = _store.Connections.Open();
                using var select = new Statement(connection, StoredCalibrations.Sql);
                var calibrations = StoredCalibrations.Of(select, 7);
                Assert.Equal(moments.Distinct().Order().Select(m => ((long)m, (m + 0.5, (double)-m))), calibrations.Segments.Select(c => (c.From, Offsets(c.Correction))));
                var before = moments.Where(m => m <= at).ToList();
                Assert.Equal(before.Count == 0 ? (0, 0) : (before.Max() + 0.5, -before.Max()), Offsets(calibrations.At(at)));
            },
            iter: 100,
            threads: 1);

    [Fact]
    public async Task Any_quantity_can_be_calibrated()
    {
        var values = new QuantityValues(21, null);
        values[QuantityRegistry.Co2] = 812;
        var offsets = default(QuantityValues);
        offsets[QuantityRegistry.Co2] = -12.5;
        offsets[QuantityRegistry.Battery] = 3;
        _store.Write(Reading(_store.Now, values));
        await Calibrate("s1", new CalibrationView(s_start, offsets));
        var expected = new QuantityValues(21, null);
        expected[QuantityRegistry.Co2] = 799.5;
        Assert.Equal(expected, Assert.Single(_store.Get<LatestQueries>().Read()).Values);
        Assert.Equal(expected, Assert.Single(_store.Write(Reading(_store.Now, values)).States).Values);
        Assert.Equal([(-12.5, 3d)], (await List())!.Select(c => (c.Offsets[QuantityRegistry.Co2]!.Value, c.Offsets[QuantityRegistry.Battery]!.Value)));
    }

    [Fact]
    public void The_humidity_of_a_wet_sensor_is_stored_and_shown_as_100()
    {
        _store.Write(Reading(_store.Now, 21, 104.5));
        var queries = _store.Get<LatestQueries>();
        Assert.Equal((100, 104.5), (queries.Read().Single().Humidity, queries.Read(calibrated: false).Single().Humidity));
    }

    private static (double, double) Offsets(Correction correction) => (correction.OffsetOf(QuantityRegistry.Temperature), correction.OffsetOf(QuantityRegistry.Humidity));

    private Task<IReadOnlyList<CalibrationView>?> List(string uid = "s1") => _store.With((CalibrationRegistry c) => c.ListAsync(uid, Cancel));

    private Task<bool> Calibrate(string uid, params CalibrationView[] calibrations) =>
        _store.With((CalibrationRegistry c) => c.ReplaceAsync(uid, calibrations, Cancel));
}
