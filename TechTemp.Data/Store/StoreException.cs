namespace TechTemp.Data.Store;

/// <summary>The store cannot be used; the message says what is wrong and how to mend it.</summary>
public sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);
