// Watches the deployment's certificates and CRLs while the gateway runs: one log line when one comes within 60, 30, 14, 7 or 1 days of
// its end, has ended or is wrong, and one when that is mended. After a restart what is wrong is told once again.
// For /metrics: yht_certificates{state}, how many are in each; yht_certificate_days_left{role,use}, of the first to end.
// Uses: certificate_uses, prometheus-cpp core. Used by: main.cpp.
#pragma once

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "gateway/base/clock.h"
#include "gateway/certs/inventory.h"

namespace yht::app {

inline constexpr std::int64_t kCertificateWatchMillis = 60'000;

class CertificateWatch {
public:
    struct Parts {
        std::string deployment;  // directory
        const base::Clock& clock;
        std::function<void(const std::string&)> log;
    };
    /// Looks by itself, on a thread of its own. One a registry.
    CertificateWatch(prometheus::Registry& registry, Parts parts);
    ~CertificateWatch();
    CertificateWatch(const CertificateWatch&) = delete;
    CertificateWatch& operator=(const CertificateWatch&) = delete;

    /// Now. Thread-safety: any thread.
    void look();

private:
    void tell(const std::map<std::string, std::string>& troubles);
    void show(const std::vector<certs::Judgement>& judgements);

    const Parts parts_;
    std::mutex mutex_;
    std::map<std::string, std::string> told_;  // fingerprint or file → what was said of it; protected by mutex_
    std::string unreadable_;                   // why the inventory can't be had; protected by mutex_
    prometheus::Family<prometheus::Gauge>& states_;
    prometheus::Family<prometheus::Gauge>& days_;
    std::map<std::string, prometheus::Gauge*> shown_;  // by use; protected by mutex_
    std::mutex wait_mutex_;
    std::condition_variable_any stopped_;
    std::jthread thread_;
};

}  // namespace yht::app
