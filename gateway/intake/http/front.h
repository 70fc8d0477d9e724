// A named TLS front (TLS 前置): a box that ends partners' TLS and hands on who connected (RFC 9440). It makes itself known by a
// certificate of its own; what it says of its client is then held to what the partner listener holds its clients to.
//   1 front    the connection's certificate is one of the fronts'
//   2 header   Client-Cert stands once and is one byte sequence, Client-Cert-Chain at most once
//   3 chain    the client's certificate leads to the CAs of partners, for a client, in its dates
// Behind a front many partners share a connection, so a partner's share of connections is not counted.
// Uses: connection, trust, crypto. Used by: server.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/crypto/certificate_chain.h"
#include "gateway/intake/http/connection.h"
#include "gateway/trust/held.h"
#include "gateway/trust/http_message.h"

namespace yht::http {

inline constexpr std::size_t kFrontedClientsMax = 4'096;  // verified ones that are remembered; one more, and they are begun anew

struct FrontRules {
    std::set<std::string> fronts;          // fingerprints of their certificates
    crypto::CertificateChain authorities;  // CAs of partners
    std::function<void(const crypto::CertificateChain&)> seen;  // told of each chain that verifies; or empty
};

struct FrontedClient {
    std::string fingerprint;
    base::Bytes der;
};

/// Thread-safety: any thread.
class FrontGate {
public:
    FrontGate(trust::Held<FrontRules> rules, const base::Clock& clock, std::size_t clients_max = kFrontedClientsMax)
        : rules_(std::move(rules)), clock_(clock), clients_max_(clients_max) {}

    /// Errors: FrontUntrusted, FrontHeader, "certificate.*".
    base::Result<FrontedClient> clientOf(const trust::HttpHead& head, const std::string& front_fingerprint);
    bool isFront(const std::string& fingerprint) const { return rules_.current()->fronts.contains(fingerprint); }

private:
    base::Status checkChain(const crypto::CertificateChain& chain, const std::shared_ptr<const FrontRules>& rules);

    const trust::Held<FrontRules> rules_;
    const base::Clock& clock_;
    const std::size_t clients_max_;
    std::mutex mutex_;
    // Protected by mutex_.
    std::shared_ptr<const FrontRules> verified_by_;
    std::map<base::Bytes, base::UnixMillis> verified_until_;  // by the chain's digest
};

/// The exchange of a front's connection, as its client's.
class FrontedExchange final : public Exchange {
public:
    FrontedExchange(Exchange& front, FrontedClient client) : front_(front), client_(std::move(client)) {}

    const std::string& certificate() const override { return client_.fingerprint; }
    base::Bytes certificateDer() const override { return client_.der; }
    bool behindFront() const override { return true; }
    std::string peerAddress() const override { return front_.peerAddress(); }
    bool claim(std::size_t) override { return true; }
    base::Result<std::string> readBody(std::size_t bytes_max) override { return front_.readBody(bytes_max); }
    base::Status streamBody(std::uint64_t bytes_max, const BodySink& sink) override { return front_.streamBody(bytes_max, sink); }
    bool bodyRead() const override { return front_.bodyRead(); }
    bool stopping() const override { return front_.stopping(); }

private:
    Exchange& front_;
    const FrontedClient client_;
};

}  // namespace yht::http
