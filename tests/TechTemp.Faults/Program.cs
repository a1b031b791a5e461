using TechTemp.Faults;

return await FaultOptions.CreateCommand().Parse(args).InvokeAsync();
