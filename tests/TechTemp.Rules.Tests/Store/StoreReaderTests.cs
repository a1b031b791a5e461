using TechTemp.Data.Sqlite.Connections;
using TechTemp.Rules.Tests.Support;
using static TechTemp.Rules.Tests.Support.Messages;

namespace TechTemp.Rules.Tests.Store;

public sealed class StoreReaderTests : IDisposable
{
    private const string Sql = "SELECT ts FROM readings ORDER BY ts;";
    private readonly TestStore _store = new();

    public StoreReaderTests() => Write(0, 1, 2);

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Who_stops_in_the_middle_of_the_rows_leaves_no_old_moment_behind()
    {
        using (var first = _store.Connections.Read())
        {
            Assert.True(first.Prepare(Sql).Step());
        }

        Write(3);
        using var second = _store.Connections.Read();
        Assert.Equal(4, Count(second));
    }

    [Fact]
    public void A_snapshot_ends_when_it_is_given_back()
    {
        using (var first = _store.Connections.Read())
        {
            first.BeginSnapshot();
            Assert.Equal(3, Count(first));
            Write(3);
            Assert.Equal(3, Count(first));
        }

        using var second = _store.Connections.Read();
        Assert.Equal(4, Count(second));
    }

    [Fact]
    public void One_text_can_be_read_twice_at_a_time()
    {
        using var reader = _store.Connections.Read();
        var (one, other) = (reader.Prepare(Sql), reader.Prepare(Sql));
        Assert.True(one.Step());
        Assert.True(other.Step());
        Assert.True(other.Step());
        Assert.Equal(_store.Now, one.Long(0));
        Assert.Equal(_store.Now + 1, other.Long(0));
    }

    [Fact]
    public void A_reader_outlives_an_error()
    {
        using (var first = _store.Connections.Read())
        {
            first.BeginSnapshot();
            Assert.ThrowsAny<Exception>(() => first.Prepare("SELECT nothing FROM nowhere;"));
        }

        using var second = _store.Connections.Read();
        Assert.Equal(3, Count(second));
    }

    [Fact]
    public void What_was_read_is_remembered_until_somebody_commits()
    {
        using var reader = _store.Connections.Read();
        var first = Times(reader);
        Assert.Same(first, Times(reader));

        Write(3);
        var second = Times(reader);
        Assert.Equal(4, second.Count);
        Assert.Same(second, Times(reader));

        // Whoever it was.
        _store.Execute($"DELETE FROM readings WHERE ts > {_store.Now};");
        Assert.Single(Times(reader));
    }

    [Fact]
    public void Each_question_has_an_answer_of_its_own_and_few_are_remembered()
    {
        using var reader = _store.Connections.Read();
        var answers = Enumerable.Range(0, 1_000).Select(i => reader.Remember($"{i}", _ => $"answer {i}")).ToList();
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => $"answer {i}"), answers);
        Assert.Equal("read again", reader.Remember("0", _ => "read again"));
        Assert.Equal("answer 999", reader.Remember("999", _ => "read again"));
    }

    private static List<long> Times(StoreReader reader) => reader.Remember("times", r =>
    {
        var rows = r.Prepare(Sql);
        var times = new List<long>();
        while (rows.Step())
        {
            times.Add(rows.Long(0));
        }

        return times;
    });

    private static int Count(StoreReader reader)
    {
        var rows = reader.Prepare(Sql);
        var count = 0;
        while (rows.Step())
        {
            count++;
        }

        return count;
    }

    private void Write(params int[] offsets) => _store.Write([.. offsets.Select(offset => Reading(_store.Now + offset))]);
}
