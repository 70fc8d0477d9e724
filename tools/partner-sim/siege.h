// A siege of a gateway's door, for the fault tests and the bench: what broken and hostile clients do, all of it at once and
// until it is ended.
//   idle       connections that never say anything
//   dribbling  inside mutual TLS: a head that never ends, an octet at a time
//   forging    signatures that are well-formed, by a known key's name, over the right digest, and wrong: each is verified
//   oversized  heads of 10 MB, JSON that is a million levels deep, bodies beyond the limit, one after the other
// Uses: trust, tls. Used by: main, bench, the fault suite.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/trust/message_signature.h"
#include "gateway/trust/tls.h"

namespace yht::partner_sim {

/// A request as it goes out, but for its connection.
struct ForgedRequest {
    std::string path;
    std::map<std::string, std::string> fields;
    std::string body;
};

struct SiegeOptions {
    std::string base_url;  // as the gateway publishes it
    std::string address;   // where it listens: "127.0.0.1:8443"
    std::string from{};    // our address; "": whichever the machine takes
    trust::TlsFiles tls;   // a certificate that the gateway knows: connects and signs
    std::string source{};  // of the records whose signatures are forged
    std::size_t idle = 500, dribbling = 100, forging = 8, oversized = 1;
    bool idle_again = true;  // whether idle ones that were cut come back
    /// Makes the forged requests, each another one; by default POST /v1/records. Called by several threads.
    std::function<ForgedRequest(std::uint64_t number)> forge{};
};

struct SiegeCounts {
    std::uint64_t idle_opened = 0;
    std::uint64_t dribblers_opened = 0;  // handshakes
    std::uint64_t octets_dribbled = 0;
    std::uint64_t forged_refused = 0;     // as signature.invalid: the signature was verified
    std::uint64_t forged_not_let_in = 0;  // 429: others held the places
    std::uint64_t forged_otherwise = 0;   // answered with anything else
    std::string otherwise{};              // the last of these answers
    std::uint64_t oversized_refused = 0;  // answered as they should be, or cut while they were sent
    std::uint64_t oversized_taken = 0;    // answered with anything else
};

class Siege {
public:
    /// Begins at once. Errors: ConfigInvalid naming the file.
    static base::Result<std::unique_ptr<Siege>> begin(const SiegeOptions& options, const base::Clock& clock);
    ~Siege();
    Siege(const Siege&) = delete;
    Siege& operator=(const Siege&) = delete;

    SiegeCounts counts() const;

private:
    Siege(SiegeOptions options, const base::Clock& clock, Poco::Net::Context::Ptr context, trust::SigningKey key);

    void stayIdle(const std::stop_token& stop);
    void dribble(const std::stop_token& stop);
    void forge(const std::stop_token& stop, std::uint64_t thread);
    void oversize(const std::stop_token& stop);
    ForgedRequest forgedRecord(std::uint64_t number) const;
    ForgedRequest signedRequest(const std::string& body) const;

    Poco::Net::StreamSocket connect() const;
    Poco::Net::SecureStreamSocket connectTls() const;
    class Line;

    const SiegeOptions options_;
    const base::Clock& clock_;
    const Poco::Net::Context::Ptr context_;
    const trust::SigningKey key_;

    std::atomic<std::uint64_t> idle_opened_{0}, dribblers_opened_{0}, octets_dribbled_{0}, forged_refused_{0},
        forged_not_let_in_{0}, forged_otherwise_{0}, oversized_refused_{0}, oversized_taken_{0};
    mutable std::mutex mutex_;
    std::string otherwise_;  // protected by mutex_

    std::vector<std::jthread> threads_;  // last: ends before what it uses
};

}  // namespace yht::partner_sim
