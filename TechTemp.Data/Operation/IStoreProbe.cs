namespace TechTemp.Data.Operation;

/// <summary>Tries out whether the store can be used.</summary>
public interface IStoreProbe
{
    /// <summary>Where the store is, for people.</summary>
    string Name { get; }

    /// <summary>Tries to read. A store that fails is an answer, not an exception.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<StoreFinding> LookAsync(CancellationToken cancellationToken);
}

/// <summary>What is wrong with a store, in one or two sentences each; all null when nothing is.</summary>
/// <param name="Trouble">Why it cannot be used.</param>
/// <param name="Risk">Why it may lose what it has committed, though it works.</param>
public readonly record struct StoreFinding(string? Trouble, string? Risk = null);
