using System.Text;

namespace TechTemp.Data.Sqlite.Schema;

/// <summary>SQL text as far as it matters: the same statement, laid out differently, gives the same text.</summary>
internal static class SqlText
{
    /// <summary>Replaces each run of white space and comments outside quotes by one space, or by nothing beside a bracket or comma.</summary>
    public static string Normalize(string sql)
    {
        var text = new StringBuilder(sql.Length);
        var isApart = false;
        for (var i = 0; i < sql.Length;)
        {
            var length = Gap(sql.AsSpan(i));
            if (length > 0)
            {
                isApart = true;
                i += length;
                continue;
            }

            var token = Token(sql.AsSpan(i));
            if (isApart && text.Length > 0 && !IsBracketOrComma(text[^1]) && !IsBracketOrComma(token[0]))
            {
                text.Append(' ');
            }

            text.Append(token);
            isApart = false;
            i += token.Length;
        }

        return text.ToString();
    }

    private static bool IsBracketOrComma(char character) => character is '(' or ')' or ',';

    private static int Gap(ReadOnlySpan<char> sql)
    {
        if (char.IsWhiteSpace(sql[0]))
        {
            return 1;
        }

        return sql.StartsWith("--") ? To(sql, "\n", 2) : sql.StartsWith("/*") ? To(sql, "*/", 2) : 0;
    }

    // A quoted name or text whole, else one character.
    private static ReadOnlySpan<char> Token(ReadOnlySpan<char> sql) => sql[0] switch
    {
        '\'' => sql[..To(sql, "'", 1)],
        '"' => sql[..To(sql, "\"", 1)],
        '`' => sql[..To(sql, "`", 1)],
        '[' => sql[..To(sql, "]", 1)],
        _ => sql[..1],
    };

    private static int To(ReadOnlySpan<char> sql, ReadOnlySpan<char> end, int start)
    {
        var found = sql[start..].IndexOf(end);
        return found < 0 ? sql.Length : start + found + end.Length;
    }
}
