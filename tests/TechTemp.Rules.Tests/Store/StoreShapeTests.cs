using TechTemp.Data.Sqlite.Schema;
using TechTemp.Rules.Tests.Support;

namespace TechTemp.Rules.Tests.Store;

/// <summary>How the schema of a store is compared with what the migrations make.</summary>
public sealed class StoreShapeTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_digest_of_the_newest_schema_is_the_one_that_is_told_without_EF_Core()
    {
        var digest = _store.Read(context => StoreShape.Expected(context)!.Digest);
        Assert.True(digest == StoreSchema.NewestShape, $"After a new migration StoreSchema.NewestShape must be {digest}");
    }

    [Theory]
    [InlineData("CREATE TABLE  a ( x  INTEGER ,\n y TEXT ) -- end", "CREATE TABLE a(x INTEGER,y TEXT)")]
    [InlineData("CHECK (a = '  --  ''  ' /* no */)", "CHECK(a = '  --  ''  ')")]
    [InlineData("\"a  b\" [c  d] `e  f` 'open  ", "\"a  b\" [c  d] `e  f` 'open  ")]
    public void Layout_and_comments_do_not_matter_but_what_is_quoted_does(string sql, string normal) => Assert.Equal(normal, SqlText.Normalize(sql));
}
