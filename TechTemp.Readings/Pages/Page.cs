namespace TechTemp.Readings.Pages;

/// <summary>A page as it is stored.</summary>
/// <param name="Key">Which readings it holds.</param>
/// <param name="Head">What it says of them; read without the body.</param>
/// <param name="Body">The readings.</param>
public readonly record struct Page(PageKey Key, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether another page is the same to the last byte.</summary>
    public bool IsSame(Page other) => IsSame(other.Key, other.Head.Span, other.Body.Span);

    /// <inheritdoc cref="IsSame(Page)"/>
    public bool IsSame(in PageKey key, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body) => Key == key && Head.Span.SequenceEqual(head) && Body.Span.SequenceEqual(body);
}
