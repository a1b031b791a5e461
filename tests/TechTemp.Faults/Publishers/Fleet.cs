using System.Globalization;
using TechTemp.Faults.Books;

namespace TechTemp.Faults.Publishers;

/// <summary>Some publishers at once, each with a connection and a book of its own.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly CancellationTokenSource _enough = new();
    private readonly CancellationTokenSource _givenUp = new();
    private readonly List<Task> _publishers;

    private Fleet(IEnumerable<Book> books, Func<Book, Publisher> create)
    {
        Books = [.. books];
        _publishers = [.. Books.Select(book => Task.Run(() => PublishAsync(create(book))))];
    }

    /// <summary>The books.</summary>
    public IReadOnlyList<Book> Books { get; }

    /// <summary>How many readings were acknowledged so far.</summary>
    public int Acknowledged => Books.Sum(b => b.Acknowledged);

    /// <summary>Starts publishing.</summary>
    /// <param name="port">The broker's port.</param>
    /// <param name="devices">How many devices.</param>
    /// <param name="pace">The pace of each.</param>
    /// <param name="first">The number of the first device.</param>
    public static Fleet Start(int port, int devices, PublisherPace pace, int first = 1) => new(OneHome(first, devices), book => new Publisher(book, port, pace));

    /// <summary>The same with devices that number their readings, and have them acknowledged end to end.</summary>
    /// <inheritdoc cref="Start"/>
    public static Fleet StartSequenced(int port, int devices, PublisherPace pace, int first = 1) => new(OneHome(first, devices), book => new SequencedPublisher(book, port, pace));

    /// <summary>Starts publishing in several homes, with one device in each.</summary>
    /// <inheritdoc cref="Start"/>
    public static Fleet StartInHomes(int port, int devices, PublisherPace pace, int first = 1) => new(ManyHomes(first, devices), book => new Publisher(book, port, pace));

    /// <summary>The same with devices that number their readings.</summary>
    /// <inheritdoc cref="Start"/>
    public static Fleet StartSequencedInHomes(int port, int devices, PublisherPace pace, int first = 1) => new(ManyHomes(first, devices), book => new SequencedPublisher(book, port, pace));

    /// <summary>Waits until each has published as many as it may, and all is acknowledged.</summary>
    public Task CompleteAsync(TimeSpan deadline) => Task.WhenAll(_publishers).WaitAsync(deadline);

    /// <summary>Ends the publishing and waits until all is acknowledged.</summary>
    public async Task StopAsync()
    {
        await _enough.CancelAsync();
        await CompleteAsync(TimeSpan.FromMinutes(1));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _givenUp.CancelAsync();
        await Task.WhenAll(_publishers);
        _enough.Dispose();
        _givenUp.Dispose();
    }

    private static IEnumerable<Book> OneHome(int first, int devices) => Enumerable.Range(first, devices).Select(device => new Book(device));

    private static IEnumerable<Book> ManyHomes(int first, int devices) =>
        Enumerable.Range(first, devices).Select(device => new Book(device, string.Create(CultureInfo.InvariantCulture, $"home-of-{device}")));

    private async Task PublishAsync(Publisher publisher)
    {
        using var _ = publisher;
        await publisher.RunAsync(_enough.Token, _givenUp.Token);
    }
}
