// Posts one JSON file as a signed request, and sends it again until it is answered.
// 提交一个签名的 JSON 文件;没有应答时重发,直到得到应答。
//   java PostRecord.java CREDENTIAL URL FILE CA
// CREDENTIAL: path without ending of CREDENTIAL.p12 (P-256), its password in the environment as YHT_P12_PASSWORD:
//   openssl pkcs12 -export -in hotline.pem -inkey hotline.key -out hotline.p12
// CA: the gateway's root, PEM. Exit code: 0 taken or a duplicate, 1 refused (the problem document is printed),
// 69 no answer. Needs: Java 17.
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class PostRecord {
    static final int ATTEMPTS_MAX = 10;
    static final long WAIT_SECONDS_MAX = 60;

    final PrivateKey key;
    final X509Certificate certificate;
    final HttpClient client;

    PostRecord(String credential, Path ca) throws Exception {
        char[] password = System.getenv().getOrDefault("YHT_P12_PASSWORD", "").toCharArray();
        KeyStore own = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(Path.of(credential + ".p12"))) {
            own.load(in, password);
        }
        String alias = own.aliases().nextElement();
        key = (PrivateKey) own.getKey(alias, password);
        certificate = (X509Certificate) own.getCertificate(alias);
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, password);

        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (var in = Files.newInputStream(ca)) {
            trusted.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        client = HttpClient.newBuilder().sslContext(tls).version(HttpClient.Version.HTTP_1_1).build();
    }

    HttpRequest signed(String url, byte[] body) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        String digest = "sha-256=:" + Base64.getEncoder().encodeToString(sha256.digest(body)) + ":";
        String keyid = HexFormat.of().formatHex(sha256.digest(certificate.getEncoded()));
        String params = "(\"@method\" \"@target-uri\" \"content-type\" \"content-digest\")"
            + ";created=" + Instant.now().getEpochSecond() + ";keyid=\"" + keyid + "\""
            + ";alg=\"ecdsa-p256-sha256\";tag=\"yht\"";
        // RFC 9421 section 2.5: no line end after the last line.
        String base = "\"@method\": POST\n"
            + "\"@target-uri\": " + url + "\n"
            + "\"content-type\": application/json\n"
            + "\"content-digest\": " + digest + "\n"
            + "\"@signature-params\": " + params;
        // Section 3.3.4: r and s, 32 octets each, not DER.
        Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
        signer.initSign(key);
        signer.update(base.getBytes(StandardCharsets.UTF_8));
        return HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", "application/json")
            .header("Content-Digest", digest)
            .header("Signature-Input", "sig=" + params)
            .header("Signature", "sig=:" + Base64.getEncoder().encodeToString(signer.sign()) + ":")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    }

    /** null where nothing came back. */
    HttpResponse<String> send(HttpRequest request) throws InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (IOException error) {
            System.err.println(error);
            return null;
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 4) {
            System.err.println("java PostRecord.java CREDENTIAL URL FILE CA");
            System.exit(64);
        }
        PostRecord partner = new PostRecord(args[0], Path.of(args[3]));
        byte[] body = Files.readAllBytes(Path.of(args[2]));
        // The same body each time: what was taken before the answer got lost is answered as a duplicate.
        for (int attempt = 0; attempt < ATTEMPTS_MAX; ++attempt) {
            HttpResponse<String> answer = partner.send(partner.signed(args[1], body));
            if (answer != null && !List.of(429, 500, 503).contains(answer.statusCode())) {
                // The text as it came, whatever the platform's charset is.
                System.out.write((answer.body() + "\n").getBytes(StandardCharsets.UTF_8));
                System.out.flush();
                System.exit(answer.statusCode() < 300 ? 0 : 1);
            }
            long asked = answer == null ? 0 : answer.headers().firstValueAsLong("Retry-After").orElse(0);
            Thread.sleep(1000 * Math.max(asked, Math.min(1L << attempt, WAIT_SECONDS_MAX)));
        }
        System.exit(69);
    }
}
