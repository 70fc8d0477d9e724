#include "tools/bench/calibration.h"

#include <chrono>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/key.h"

namespace yht::bench {

namespace {

constexpr std::size_t kRecordBytes = 2048;
constexpr double kSeconds = 0.5;
constexpr int kBetweenLooks = 50;

template <class Work>
double perSecond(const Work& work) {
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    double seconds = 0, done = 0;
    while (seconds < kSeconds) {
        for (int i = 0; i < kBetweenLooks; ++i) work();
        done += kBetweenLooks;
        seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    }
    return done / seconds;
}

}  // namespace

Calibration calibrate() {
    constexpr auto kEcdsa = crypto::SignatureAlgorithm::EcdsaP256Sha256;
    const std::string record(kRecordBytes, 'x');
    const auto key = crypto::PrivateKey::generate(kEcdsa);
    if (!key) throw Invalid("no ECDSA key: " + base::describe(key.error()));
    const auto signature = key->sign(kEcdsa, record);
    if (!signature) throw Invalid("no ECDSA signature: " + base::describe(signature.error()));
    const auto public_key = key->publicKey();
    return {
        .sha256_per_s = perSecond([&] { (void)crypto::sha256(record); }),
        .ecdsa_verify_per_s =
            perSecond([&] { (void)public_key.verify(kEcdsa, record, *signature); })};
}

void add(Report& report, const Calibration& calibration) {
    report.add("calibration, SHA-256 of 2 KB", "k/s a core", calibration.sha256_per_s / 1000);
    report.add("calibration, ECDSA P-256 verify", "/s a core", calibration.ecdsa_verify_per_s);
}

}  // namespace yht::bench
