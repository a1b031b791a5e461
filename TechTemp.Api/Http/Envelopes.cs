namespace TechTemp.Api.Http;

/// <summary>A successful answer.</summary>
/// <param name="Data">What was asked for.</param>
internal sealed record Envelope<T>(T Data);

/// <summary>One page of a list.</summary>
/// <param name="Data">The page.</param>
/// <param name="NextCursor">For the next page, as the query's `cursor`; null on the last page.</param>
internal sealed record Page<T>(IReadOnlyList<T> Data, string? NextCursor);

/// <summary>A successful answer to a change, with words for people.</summary>
/// <param name="Data">What was changed.</param>
/// <param name="Message">What happened.</param>
internal sealed record Confirmation<T>(T Data, string Message);

internal static class Envelope
{
    public static Envelope<T> Of<T>(T data) => new(data);
}
