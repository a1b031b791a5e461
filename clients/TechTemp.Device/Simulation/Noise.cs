namespace TechTemp.Clients.Device.Simulation;

/// <summary>Chance that is a function of what it is asked for, so that the same moment always looks the same.</summary>
internal static class Noise
{
    /// <summary>−1 to 1, around 0: two uniform numbers make a triangle, close enough to a sensor's noise.</summary>
    public static double Around(long number, int seed, int channel) => Unit(number, seed, channel) + Unit(number, seed, channel + 1000) - 1;

    /// <summary>0 to 1. SplitMix64's finalizer (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).</summary>
    public static double Unit(long number, int seed, int channel)
    {
        unchecked
        {
            var z = ((ulong)number * 0x9E3779B97F4A7C15) + ((ulong)((seed * 10_000) + channel) * 0xD1B54A32D192ED03);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }
}
