namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>The program cannot do its work; the message says what is wrong and how to mend it.</summary>
public sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
