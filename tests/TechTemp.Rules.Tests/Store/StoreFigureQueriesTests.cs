using TechTemp.Data.Sqlite.Operation;
using TechTemp.Readings.Rules;
using TechTemp.Rules.Tests.Support;

namespace TechTemp.Rules.Tests.Store;

public sealed class StoreFigureQueriesTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void An_empty_store_has_nothing_in_it_but_a_size()
    {
        var figures = Read();

        Assert.Equal((0, 0, 0), (figures.RecentReadings, figures.Held, figures.Missing));
        Assert.Empty(figures.Rejections);
        Assert.Equal(new FileInfo(_store.Connections.Path).Length, figures.Bytes);
        Assert.True(figures.DiskFreeBytes > 0);
    }

    [Fact]
    public void Readings_of_the_last_five_minutes_are_recent_and_those_of_the_future_are_not()
    {
        _store.Write(
            Messages.Reading(_store.Now - 5 * 60_000 - 1, device: "a"), Messages.Reading(_store.Now - 5 * 60_000, device: "a"),
            Messages.Reading(_store.Now, device: "b"), Messages.Reading(_store.Now + 1, device: "b"));

        Assert.Equal(2, Read().RecentReadings);
    }

    [Fact]
    public void Refused_messages_are_counted_by_reason_with_the_newest_of_each()
    {
        _store.Write(Messages.Raw("no", receivedAt: _store.Now - 10), Messages.Raw("{", receivedAt: _store.Now), Messages.Raw("{}", receivedAt: _store.Now - 5));

        Assert.Equal(
            [new(RejectionReasons.InvalidJson, 2, _store.Now), new(RejectionReasons.MissingField, 1, _store.Now - 5)],
            Read().Rejections);
    }

    [Fact]
    public void What_waits_for_its_device_is_held()
    {
        using var store = new TestStore(("Ingest:UnknownDevices", "Hold"));
        store.Write(Messages.Reading(store.Now, device: "unknown"));

        Assert.Equal(1, store.Get<StoreFigureQueries>().Read(TimeSpan.FromMinutes(5)).Held);
    }

    [Fact]
    public void Numbers_that_a_counting_device_has_left_out_are_missing()
    {
        _store.Write(Messages.Raw(Counted(1)), Messages.Raw(Counted(2)), Messages.Raw(Counted(6)));

        Assert.Equal(3, Read().Missing);
    }

    [Fact]
    public void However_many_numbers_are_missing_they_can_be_added()
    {
        _store.Write(Messages.Raw(Counted(1)), Messages.Raw(Counted(1), device: "s2"));
        // As versions without a limit have stored them.
        _store.Execute("INSERT INTO sequence_gaps (device_id, first, last) SELECT id, 2, 9223372036854775806 FROM devices;");

        Assert.Equal(1L << 53, Read().Missing);
    }

    private StoreFigures Read() => _store.Get<StoreFigureQueries>().Read(TimeSpan.FromMinutes(5));

    private string Counted(int seq) => $$"""{"ts":{{_store.Now + seq}},"temperature_c":21,"humidity_pct":50,"seq":{{seq}}}""";
}
