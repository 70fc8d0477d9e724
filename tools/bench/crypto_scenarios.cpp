// What a signature and a sealed payload cost: by CPU time of this thread, so that others' work on the machine is hardly in it.
#include <time.h>

#include "gateway/base/random.h"
#include "gateway/crypto/cipher_suite.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/key.h"
#include "gateway/crypto/sm3.h"
#include "tools/bench/scenarios.h"

namespace yht::bench {
namespace {

constexpr std::size_t kRecordBytes = 2048;
constexpr double kSeconds = 0.3;
constexpr const char* kUnit = "us of a core";

double cpuSeconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// Microseconds that one call of `work` takes.
template <class Work>
double microsecondsOf(const Work& work) {
    constexpr int kBetweenLooks = 8;
    const double begin = cpuSeconds();
    double seconds = 0, done = 0;
    while (seconds < kSeconds) {
        for (int count = 0; count < kBetweenLooks; ++count) work();
        done += kBetweenLooks;
        seconds = cpuSeconds() - begin;
    }
    return seconds * 1e6 / done;
}

void measureSignatures(const std::string& record, Report& report) {
    for (const auto algorithm : crypto::signatureAlgorithms()) {
        const auto key = crypto::PrivateKey::generate(algorithm);
        if (!key) throw Invalid("no key: " + base::describe(key.error()));
        const auto signature = key->sign(algorithm, record);
        if (!signature) throw Invalid("no signature: " + base::describe(signature.error()));
        const auto public_key = key->publicKey();
        const std::string name = crypto::algorithmName(algorithm);
        report.add(name + ", sign", kUnit, microsecondsOf([&] { (void)key->sign(algorithm, record); }));
        report.add(name + ", verify", kUnit, microsecondsOf([&] {
                       if (*public_key.verify(algorithm, record, *signature) != crypto::SignatureVerdict::Valid) {
                           throw Invalid(name + ": its own signature does not verify");
                       }
                   }));
    }
}

void measureSealing(const std::string& record, Report& report) {
    base::SystemRandom random;
    const auto key = random.bytes(crypto::kAeadKeyBytes);
    for (const auto suite : {crypto::CipherSuite::Aes256Gcm, crypto::CipherSuite::Sm4CtrHmacSm3}) {
        const auto sealed = crypto::sealWith(suite, key, "aad", record, random);
        const std::string name = crypto::cipherSuiteName(suite);
        report.add(name + ", seal 2 KB", kUnit, microsecondsOf([&] { (void)crypto::sealWith(suite, key, "aad", record, random); }));
        report.add(name + ", open 2 KB", kUnit, microsecondsOf([&] {
                       if (!crypto::openWith(suite, key, "aad", sealed)) throw Invalid(name + ": does not open");
                   }));
    }
}

}  // namespace

Report measureCrypto(const Options& options) {
    Report report("Signatures over 2 KB, payloads of 2 KB");
    const std::string record(kRecordBytes, 'x');
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        measureSignatures(record, report);
        measureSealing(record, report);
        report.add("SHA-256 of 2 KB", kUnit, microsecondsOf([&] { (void)crypto::sha256(record); }));
        report.add("SM3 of 2 KB", kUnit, microsecondsOf([&] { (void)crypto::sm3(record); }));
    }
    return report;
}

}  // namespace yht::bench
