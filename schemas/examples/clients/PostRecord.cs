// Posts one JSON file as a signed request, and sends it again until it is answered.
// 提交一个签名的 JSON 文件;没有应答时重发,直到得到应答。
//   dotnet run CREDENTIAL URL FILE CA
// CREDENTIAL: path without ending; CREDENTIAL.pem and CREDENTIAL.key (P-256). CA: the gateway's root, PEM.
// Exit code: 0 taken or a duplicate, 1 refused (the problem document is printed), 69 no answer. Needs: .NET 6.
// Not run by our tests: no .NET toolkit is in Debian. 未经我们的测试运行。
using System;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Tasks;

static class PostRecord
{
    const int AttemptsMax = 10;
    const int WaitSecondsMax = 60;

    static HttpRequestMessage Signed(X509Certificate2 certificate, string url, byte[] body)
    {
        string digest = "sha-256=:" + Convert.ToBase64String(SHA256.HashData(body)) + ":";
        string keyid = Convert.ToHexString(SHA256.HashData(certificate.RawData)).ToLowerInvariant();
        string parameters = "(\"@method\" \"@target-uri\" \"content-type\" \"content-digest\")"
            + $";created={DateTimeOffset.UtcNow.ToUnixTimeSeconds()};keyid=\"{keyid}\""
            + ";alg=\"ecdsa-p256-sha256\";tag=\"yht\"";
        // RFC 9421 section 2.5: no line end after the last line.
        string signatureBase = "\"@method\": POST\n"
            + $"\"@target-uri\": {url}\n"
            + "\"content-type\": application/json\n"
            + $"\"content-digest\": {digest}\n"
            + $"\"@signature-params\": {parameters}";
        using ECDsa key = certificate.GetECDsaPrivateKey()
            ?? throw new InvalidOperationException("not an elliptic-curve key");
        // Section 3.3.4: r and s, 32 octets each, not DER.
        byte[] signature = key.SignData(Encoding.UTF8.GetBytes(signatureBase), HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

        var content = new ByteArrayContent(body);
        // Exactly what was signed: no charset is added.
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        request.Headers.TryAddWithoutValidation("Content-Digest", digest);
        request.Headers.TryAddWithoutValidation("Signature-Input", "sig=" + parameters);
        request.Headers.TryAddWithoutValidation("Signature", "sig=:" + Convert.ToBase64String(signature) + ":");
        return request;
    }

    static HttpClient Client(X509Certificate2 certificate, X509Certificate2 ca)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.ClientCertificates = new X509CertificateCollection { certificate };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, chain, errors) =>
        {
            if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0 || presented is null) return false;
            using var own = new X509Chain();
            own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            own.ChainPolicy.CustomTrustStore.Add(ca);
            own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return own.Build(new X509Certificate2(presented));
        };
        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(60) };
    }

    static async Task<int> Main(string[] args)
    {
        if (args.Length < 4)
        {
            Console.Error.WriteLine("dotnet run CREDENTIAL URL FILE CA");
            return 64;
        }
        using var pem = X509Certificate2.CreateFromPemFile(args[0] + ".pem", args[0] + ".key");
        // Windows can't use a key that only lives in memory for TLS.
        using var certificate = new X509Certificate2(pem.Export(X509ContentType.Pkcs12));
        using var ca = new X509Certificate2(args[3]);
        using HttpClient client = Client(certificate, ca);
        byte[] body = await File.ReadAllBytesAsync(args[2]);
        // The same body each time: what was taken before the answer got lost is answered as a duplicate.
        for (int attempt = 0; attempt < AttemptsMax; ++attempt)
        {
            double wait = Math.Min(Math.Pow(2, attempt), WaitSecondsMax);
            try
            {
                using HttpRequestMessage request = Signed(certificate, args[1], body);
                using HttpResponseMessage answer = await client.SendAsync(request);
                int status = (int)answer.StatusCode;
                if (!new[] { 429, 500, 503 }.Contains(status))
                {
                    Console.WriteLine(await answer.Content.ReadAsStringAsync());
                    return status < 300 ? 0 : 1;
                }
                wait = Math.Max(wait, answer.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0);
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                Console.Error.WriteLine(error.Message);
            }
            await Task.Delay(TimeSpan.FromSeconds(wait));
        }
        return 69;
    }
}
