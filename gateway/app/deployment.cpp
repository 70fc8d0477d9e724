#include "gateway/app/deployment.h"

#include "gateway/app/bundle.h"
#include "gateway/app/results_home.h"
#include "gateway/base/durable_file.h"
#include "gateway/crypto/certificate_use.h"
#include "gateway/crypto/provider/key_provider.h"
#include "gateway/trust/soap_signing.h"

namespace yht::app {
namespace {

using base::ErrorCode;
using base::makeError;

std::string trimmed(std::string text) {
    const auto last = text.find_last_not_of(" \r\n\t");
    text.resize(last == std::string::npos ? 0 : last + 1);
    return text;
}

base::Result<crypto::PrivateKey> readPrivateKey(const std::string& reference) {
    auto key = crypto::openPrivateKey(reference);
    if (key.ok() || key.error().code != ErrorCode::CryptoFailed) return key;
    return makeError(ErrorCode::ConfigInvalid, base::describe(key.error()));
}

}  // namespace

base::Result<std::string> readFile(const std::string& path, std::size_t bytes_max) {
    return base::readBounded(path, bytes_max);
}

namespace {

base::Result<base::Bytes> readKek(const std::string& path) {
    auto text = crypto::readPrivateFile(path);
    if (!text.ok()) return std::move(text).error();
    auto key = base::fromHex(trimmed(std::move(*text)));
    if (!key || key->size() != 32) {
        return makeError(ErrorCode::ConfigInvalid,
                         path + ": not 64 hexadecimal digits; openssl rand -hex 32 makes one 应为 64 位十六进制");
    }
    return *std::move(key);
}

base::Result<crypto::CipherSuite> payloadCipher(const Config& config) {
    const auto& name = config.text("ledger.payload_cipher");
    if (const auto suite = crypto::findCipherSuite(name)) return *suite;
    return makeError(ErrorCode::ConfigInvalid,
                     "ledger.payload_cipher: \"" + name + "\" is neither aes-256-gcm nor sm4-ctr-hmac-sm3 取值有误");
}

base::Result<std::uint8_t> leafDigests(const Config& config) {
    const auto& second = config.text("ledger.second_digest");
    if (second.empty()) return ledger::kDigestSha256;
    if (second == "sm3") return ledger::kDigestSha256Sm3;
    return makeError(ErrorCode::ConfigInvalid, "ledger.second_digest: \"" + second + "\" is not sm3 取值有误");
}

}  // namespace

base::Result<crypto::KeyRing> readKeks(const Config& config) {
    auto kek = readKek(config.text("ledger.kek"));
    if (!kek.ok()) return std::move(kek).error();
    const auto& former_path = config.text("ledger.kek_former");
    if (former_path.empty()) return crypto::KeyRing(*std::move(kek));
    auto former = readKek(former_path);
    if (!former.ok()) return std::move(former).error();
    crypto::KeyRing keks(*std::move(kek), *std::move(former));
    if (keks.isUsable()) return keks;
    return makeError(ErrorCode::ConfigInvalid, "ledger.kek_former: the same key as ledger.kek 与 ledger.kek 相同");
}

base::Result<ledger::SqliteStoreOptions> storeOptions(const Config& config, const base::Clock& clock,
                                                      base::Random& random, bool read_only) {
    auto kek = readKeks(config);
    if (!kek.ok()) return std::move(kek).error();
    const auto cipher = payloadCipher(config);
    if (!cipher.ok()) return cipher.error();
    const auto digests = leafDigests(config);
    if (!digests.ok()) return digests.error();
    auto key = readPrivateKey(config.text("ledger.log_key"));
    if (!key.ok()) return std::move(key).error();
    const auto bundle = readBundle(config.directory());
    if (!bundle.ok()) return bundle.error();
    ledger::SqliteStoreOptions options{.path = config.text("ledger.directory") + "/ledger.db",
                                       .kek = *std::move(kek),
                                       .log_key = *std::move(key),
                                       .key_name = config.text("ledger.log_key_name"),
                                       .origin = config.text("ledger.origin"),
                                       .clock = clock,
                                       .random = random};
    options.read_only = read_only;
    options.payload_cipher = *cipher;
    options.leaf_digests = *digests;
    options.config_digest = bundleDigest(*bundle);
    options.batch_max = static_cast<std::size_t>(config.integer("ledger.batch_max"));
    options.queue_max = static_cast<std::size_t>(config.integer("ledger.queue_max"));
    return options;
}

base::Result<trust::SigningKey> readSigningKey(const std::string& certificate_path, const std::string& key_path) {
    auto key = readPrivateKey(key_path);
    if (!key.ok()) return std::move(key).error();
    auto pem = readFile(certificate_path);
    if (!pem.ok()) return std::move(pem).error();
    auto certificate = crypto::Certificate::fromPem(*pem);
    if (!certificate.ok()) {
        return makeError(ErrorCode::ConfigInvalid, certificate_path + ": " + base::describe(certificate.error()));
    }
    if (!crypto::maySign(*certificate)) {
        return makeError(ErrorCode::ConfigInvalid,
                         certificate_path + ": its keyUsage allows no signatures; name the signing certificate of the pair 应使用签名证书");
    }
    if (certificate->publicKey().toDer() != key->publicKey().toDer()) {
        return makeError(ErrorCode::ConfigInvalid, certificate_path + ": not the certificate of " + key_path + " 证书与私钥不符");
    }
    return trust::SigningKey{*std::move(key), certificate->fingerprint(), certificate->publicKey().defaultAlgorithm(),
                             certificate->toDer()};
}

base::Result<std::optional<trust::SigningKey>> readSoapSigningKey(const Config& config) {
    const std::string certificate = config.text("signing.soap_certificate"), key = config.text("signing.soap_private_key");
    if (certificate.empty() && key.empty()) return std::optional<trust::SigningKey>();
    if (certificate.empty() || key.empty()) {
        return makeError(ErrorCode::ConfigInvalid, "signing.soap_certificate and signing.soap_private_key go together 须同时设置");
    }
    const auto read = readSigningKey(certificate, key);
    if (!read.ok()) return read.error();
    auto signs = trust::soapSigningKey(*read);
    if (!signs.ok()) return std::move(signs).error();
    return std::optional<trust::SigningKey>(*std::move(signs));
}

base::Result<delivery::RouteTable> routesOf(const std::string& directory, bool trial) {
    auto routes = deploymentRoutes(directory);
    if (!routes.ok()) return routes;
    return routes->part(trial);
}

base::Result<ticket::Calendar> calendar(const Config& config) {
    const auto& path = config.text("calendar.file");
    if (path.empty()) return ticket::Calendar{};
    auto csv = readFile(path);
    if (!csv.ok()) return std::move(csv).error();
    return ticket::Calendar::fromCsv(*csv);
}

ticket::FoldRules foldRules(const Config& config) {
    return {.lead_unit_decides = config.flag("fold.lead_unit_decides"),
            .visit_required = config.flag("fold.visit_required"),
            .due_soon_ms = config.integer("fold.due_soon_ms"),
            .audit_required = config.flag("fold.audit_required")};
}

}  // namespace yht::app
