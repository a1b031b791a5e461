namespace TechTemp.Testing;

/// <summary>What becomes of something that a client sends.</summary>
public enum Passage
{
    /// <summary>It passes.</summary>
    Pass,

    /// <summary>The connection is reset, and the server never gets it.</summary>
    CutBefore,

    /// <summary>The server gets it and its answer is lost: the connection of the client is reset.</summary>
    CutAfter,
}
