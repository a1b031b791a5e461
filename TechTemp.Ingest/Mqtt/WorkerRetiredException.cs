namespace TechTemp.Ingest.Mqtt;

/// <summary>This worker was retired: another one hands its homes on and ends its session.</summary>
internal sealed class WorkerRetiredException(string worker) : Exception($"Worker '{worker}' was retired.");
