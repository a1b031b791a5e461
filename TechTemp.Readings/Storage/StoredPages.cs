using System.Runtime.InteropServices;
using TechTemp.Readings.Pages;

namespace TechTemp.Readings.Storage;

/// <summary>Pages as they are stored, read some at a time into memory that is used again. Not thread-safe.</summary>
public sealed class StoredPages
{
    private const int FewestBytes = 4 * 1024;

    private readonly List<Entry> _pages = [];
    private byte[] _bytes = [];
    private int _length;

    /// <summary>How many pages there are.</summary>
    public int Count => _pages.Count;

    /// <summary>How many readings they have, by their heads.</summary>
    public int Readings { get; private set; }

    /// <summary>Adds a page with its body.</summary>
    /// <param name="key">Which readings it holds.</param>
    /// <param name="head">Its head; copied.</param>
    /// <param name="body">Its body, not empty; copied.</param>
    public void Add(in PageKey key, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body) => Add(key, head, hasBody: true, Keep(body));

    /// <summary>Adds a page without its body.</summary>
    /// <param name="key">Which readings it holds.</param>
    /// <param name="head">Its head; copied.</param>
    /// <param name="hasBody">False where its readings are gone.</param>
    public void Add(in PageKey key, ReadOnlySpan<byte> head, bool hasBody) => Add(key, head, hasBody, default);

    /// <summary>Adds the body of a page.</summary>
    /// <param name="index">The index of the page.</param>
    /// <param name="body">Its body; copied.</param>
    public void SetBody(int index, ReadOnlySpan<byte> body) => At(index).Body = Keep(body);

    /// <summary>Which readings a page holds.</summary>
    public PageKey KeyOf(int index) => At(index).Key;

    /// <summary>Whether a page has a body. Its readings are gone where not: its head is what is left of them.</summary>
    public bool HasBody(int index) => At(index).HasBody;

    /// <summary>Decodes the head of a page.</summary>
    /// <exception cref="PageDamagedException">It is damaged.</exception>
    public PageHead Head(int index) => PageDecoder.ReadHead(At(index).Key, Bytes(At(index).Head));

    /// <summary>Decodes a page whose body has been read.</summary>
    /// <exception cref="PageDamagedException">It is damaged.</exception>
    public PageReadings Decode(int index) => Decode(index, Head(index));

    /// <summary>Decodes a page whose body has been read.</summary>
    /// <param name="index">The index of the page.</param>
    /// <param name="head">Its head.</param>
    /// <exception cref="PageDamagedException">It is damaged.</exception>
    public PageReadings Decode(int index, PageHead head) => PageDecoder.Read(At(index).Key, head, Bytes(At(index).Body));

    /// <summary>Forgets the last pages.</summary>
    /// <param name="count">How many are left.</param>
    public void Cut(int count) => _pages.RemoveRange(count, _pages.Count - count);

    /// <summary>Forgets all pages.</summary>
    public void Clear()
    {
        _pages.Clear();
        (_length, Readings) = (0, 0);
    }

    private void Add(in PageKey key, ReadOnlySpan<byte> head, bool hasBody, Range body)
    {
        Readings += PageHead.CountOf(head);
        _pages.Add(new(key, Keep(head), hasBody) { Body = body });
    }

    private ref Entry At(int index) => ref CollectionsMarshal.AsSpan(_pages)[index];

    private ReadOnlySpan<byte> Bytes(Range range) => _bytes.AsSpan(range);

    private Range Keep(ReadOnlySpan<byte> bytes)
    {
        var start = _length;
        if (_bytes.Length - start < bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(Math.Max(_bytes.Length * 2, FewestBytes), start + bytes.Length));
        }

        bytes.CopyTo(_bytes.AsSpan(start));
        _length += bytes.Length;
        return start.._length;
    }

    private record struct Entry(PageKey Key, Range Head, bool HasBody)
    {
        public Range Body { get; set; }
    }
}
