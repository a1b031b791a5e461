using TechTemp.Data.Sqlite.Connections;
using TechTemp.Data.Store;
using TechTemp.Readings.Pages;

namespace TechTemp.Data.Sqlite.Pages;

/// <summary>
/// The table of pages. A page without a body stands for readings that are no longer there: an older version kept rollups of them, and its head says
/// what those said.
/// </summary>
internal static class PageTable
{
    /// <summary>The pages of a range of ids, oldest first.</summary>
    public const string RangeSql = "SELECT id, quarters, head, body FROM pages WHERE id BETWEEN ?1 AND ?2 ORDER BY id;";

    /// <summary>The pages of a range of ids, newest first.</summary>
    public const string BackwardSql = "SELECT id, quarters, head, body FROM pages WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC;";

    /// <summary>The heads of a range of ids, oldest first, and whether there are bodies, which are not read.</summary>
    public const string HeadsSql = "SELECT id, quarters, head, length(body) > 0 FROM pages WHERE id BETWEEN ?1 AND ?2 ORDER BY id;";

    /// <summary>The body of a page.</summary>
    public const string BodySql = "SELECT body FROM pages WHERE id = ?1;";

    /// <summary>The newest page of a range of ids that has a body: its id, and the length of its span.</summary>
    public const string NewestSql = "SELECT id, quarters FROM pages WHERE id BETWEEN ?1 AND ?2 AND length(body) > 0 ORDER BY id DESC LIMIT 1;";

    public const string InsertSql = "INSERT INTO pages (id, quarters, head, body) VALUES (?1, ?2, ?3, ?4);";

    /// <summary>Binds the pages of a device that begin from one moment to another, both unix milliseconds UTC; the moments may be any.</summary>
    public static Statement BindPages(this Statement statement, int deviceId, long from, long to) =>
        statement.Bind(1, PageKey.FirstId(deviceId, from)).Bind(2, PageKey.LastId(deviceId, to));

    /// <summary>The key of the page that a statement stands on whose first columns are its id and the length of its span.</summary>
    public static PageKey Key(this Statement row) => new(PageKey.DeviceOf(row.Long(0)), PageKey.StartOf(row.Long(0)), row.Long(1) * PageKey.Step);

    /// <summary>Its head, until the statement goes on.</summary>
    public static ReadOnlySpan<byte> Head(this Statement row) => row.Blob(2);

    /// <summary>Its body, until the statement goes on; empty where its readings are gone.</summary>
    public static ReadOnlySpan<byte> Body(this Statement row) => row.Blob(3);

    /// <summary>Writes a page.</summary>
    /// <param name="insert">Of <see cref="InsertSql"/>.</param>
    /// <param name="page">The page.</param>
    /// <exception cref="StoreException">The store failed, or has the page already.</exception>
    public static void Write(Statement insert, in Page page) =>
        insert.Bind(1, page.Key.Id).Bind(2, page.Key.Length / PageKey.Step).Bind(3, page.Head.Span).Bind(4, page.Body.Span).Execute();
}
