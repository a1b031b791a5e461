using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TechTemp.Testing;

/// <summary>A process that a test has started, with what it wrote. Killed at the latest when disposed.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly StreamWriter? _log;
    private int _isDisposed;

    /// <summary>Starts a program.</summary>
    public ChildProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Add(_output, e.Data);
        _process.ErrorDataReceived += (_, e) => Add(_error, e.Data);
        _process.Start();
        _log = OpenLog();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts a program.</summary>
    public ChildProcess(string program, params IEnumerable<string> arguments)
        : this(new ProcessStartInfo(program, arguments))
    {
    }

    /// <summary>Where what each process writes is also kept, a file for each; null: nowhere.</summary>
    public static string? LogFolder { get; set; }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>What it wrote to standard output so far.</summary>
    public string Output => Read(_output);

    /// <summary>What it wrote to standard error so far.</summary>
    public string Error => Read(_error);

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The memory that it has in use, in MiB.</summary>
    public double MemoryMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1024.0 / 1024.0;
        }
    }

    /// <summary>Its standard input.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code, when everything that it wrote has been read.</returns>
    public async Task<int> ExitAsync(TimeSpan? deadline = null)
    {
        using var timeout = new CancellationTokenSource(deadline ?? Eventually.Deadline);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"The process has not ended.\n{Describe()}", e);
        }

        return _process.ExitCode;
    }

    /// <summary>Asks it to end, by SIGTERM.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>Lets it stand still, by SIGSTOP, or go on.</summary>
    public void Freeze(bool frozen) => Signal(frozen ? "STOP" : "CONT");

    /// <summary>Ends it at once, by SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>The end of what it wrote, for a failed test's message.</summary>
    public string Describe() => $"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)}\n{End(Output)}\n{End(Error)}";

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // Once: whoever starts a process again may fail after its end, and that failure is what a test should tell.
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        await (_log?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{name} {_process.Id}")]);
        kill.WaitForExit();
    }

    private static string End(string text) => text.Length > 4_000 ? text[^4_000..] : text;

    private StreamWriter? OpenLog()
    {
        if (LogFolder is null)
        {
            return null;
        }

        // The program of "dotnet TechTemp.Ingest.dll" is its first argument.
        var name = Path.GetFileNameWithoutExtension(_process.StartInfo.ArgumentList.FirstOrDefault(a => a.EndsWith(".dll", StringComparison.Ordinal)) ?? _process.StartInfo.FileName);
        return new(Path.Combine(LogFolder, $"{name}-{_process.Id}.log")) { AutoFlush = true };
    }

    private void Add(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.AppendLine(line);
            }

            if (_log is not null)
            {
                lock (_log)
                {
                    _log.WriteLine(line);
                }
            }
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
