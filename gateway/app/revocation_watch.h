// Keeps the revocation book up to date while the gateway runs: files of lists that change, lists and OCSP answers that are fetched, by
// threads of their own; and shows how every peer stands, as metrics and as a file that `yht status` reads.
//   state file  DIRECTORY/state.json  {"format":"yht-revocation-1","peers":[{peer,fingerprint,policy,state,code,detail,good_until,since}…]}
// Uses: trust (revocation_book), kit/transport, config. Used by: main.cpp, status, tests.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "gateway/app/config.h"
#include "gateway/trust/revocation_book.h"

namespace yht::app {

/// As the configuration has them. Errors: ConfigInvalid naming the key.
base::Result<trust::RevocationSettings> revocationSettings(const Config& config, std::function<void(const std::string&)> log);
/// CAs of partners' certificates. Errors: CertUnreadable.
base::Result<crypto::CertificateChain> partnerAuthorities(const Config& config);

/// How long a start waits for what is to be fetched first.
inline constexpr std::int64_t kFirstRevocationRoundMillis = 5'000;

struct RevocationFetching {
    std::vector<std::string> hosts;  // lower case; "host" or "host:port"
    std::string ca_path;
    std::int64_t timeout_ms = 10'000;
};
RevocationFetching revocationFetching(const Config& config);

/// How peers stood when the gateway last wrote it; empty where there is no file. Errors: IoFailed.
base::Result<std::vector<trust::PeerStanding>> readStandings(const std::string& directory);

class RevocationWatch {
public:
    /// References outlive it.
    RevocationWatch(trust::RevocationBook& book, RevocationFetching fetching, prometheus::Registry& registry);
    ~RevocationWatch();
    RevocationWatch(const RevocationWatch&) = delete;
    RevocationWatch& operator=(const RevocationWatch&) = delete;

    void start();
    /// Waits until everything has been asked once, or the time is over: a gateway that has just started refuses nobody for want of
    /// an answer that is on its way.
    void awaitFirstRound(std::int64_t timeout_ms);

private:
    void watch(const std::stop_token& stop);
    void fetch(const std::stop_token& stop);
    void show();

    trust::RevocationBook& book_;
    const RevocationFetching fetching_;
    prometheus::Family<prometheus::Gauge>& standing_;
    prometheus::Family<prometheus::Counter>& fetches_;
    std::string shown_;  // the state file as it was written last

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<trust::RevocationAsk> queue_;  // protected by mutex_
    std::size_t under_way_ = 0;               // protected by mutex_
    bool begun_ = false;                      // protected by mutex_
    std::vector<std::jthread> threads_;       // last
};

}  // namespace yht::app
