namespace TechTemp.Readings.Pages;

/// <summary>A page as it is stored.</summary>
/// <param name="Key">Which readings it holds.</param>
/// <param name="Head">What it says of them; read without the body.</param>
/// <param name="Body">The readings.</param>
public readonly record struct Page(PageKey Key, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Body);
