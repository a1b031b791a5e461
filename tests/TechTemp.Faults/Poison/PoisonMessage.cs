using TechTemp.Faults.Books;

namespace TechTemp.Faults.Poison;

/// <summary>What must become of a message.</summary>
internal enum Fate
{
    /// <summary>Stored, as the message says.</summary>
    Stored,

    /// <summary>Refused and kept.</summary>
    Rejected,

    /// <summary>Stored but for a value of it, for which it is also refused and kept.</summary>
    Partly,

    /// <summary>Stored, refused, or partly stored: what chance made of it may even be valid.</summary>
    Either,

    /// <summary>Neither: it is no reading.</summary>
    Ignored,
}

/// <summary>A message, and what must become of it.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Payload">The payload.</param>
/// <param name="Fate">What must become of it.</param>
/// <param name="Sample">The reading that it is, or was made from.</param>
/// <param name="Retain">Whether it is sent as a retained message.</param>
internal sealed record PoisonMessage(string Topic, byte[] Payload, Fate Fate, StoredReading Sample, bool Retain = false);
