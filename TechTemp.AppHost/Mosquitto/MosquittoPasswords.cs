using System.Security.Cryptography;
using System.Text;

namespace TechTemp.AppHost.Mosquitto;

/// <summary>
/// Mosquitto's password file, as mosquitto_passwd writes it: <c>user:$7$iterations$salt$hash</c>, PBKDF2 with SHA-512,
/// salt and hash in base64.
/// </summary>
internal static class MosquittoPasswords
{
    // Mosquitto's own number. The passwords of a developer's machine are random, not guessable words.
    private const int Iterations = 101;
    private const int SaltLength = 12;
    private const int HashLength = 64;

    public static string Line(string user, string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        var hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA512, HashLength);
        return $"{user}:$7${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }
}
