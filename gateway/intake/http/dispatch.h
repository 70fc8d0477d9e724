// From a head on a connection to an answer: who speaks, which route, may they, how much, is it
// signed; then the handler. The checks stand here once, in this order, and read their bounds from
// the route's columns:
//   1 speaker   the client certificate belongs to a partner, now: on resumed sessions too; no Client-Cert
//               (RFC 9440) but from a named TLS front
//   2 share     not more connections under one certificate than the partner may have
//   3 route     404, 405 with Allow
//   4 right     any one of those that the route names
//   5 body      411, 413, 415; read no further than the route takes
//   6 signature where the route asks for one; a partner whose signatures fail again and again is told so a moment later
// A partner in joint test (联调) is answered from the trial ledger, whatever it asks.
// Uses: request, problem. Used by: server.
#pragma once

#include <span>

#include "gateway/base/minute_counts.h"
#include "gateway/intake/http/connection.h"
#include "gateway/intake/http/request.h"

namespace yht::http {

inline constexpr std::size_t kWrongSignaturesPerMinuteMax = 60;  // of one partner; beyond: each refusal is held back
inline constexpr std::int64_t kRefusalHeldMs = 250;              // by so much, on the connection that asked

/// Thread-safety: any thread.
class Dispatcher {
public:
    /// `trial`: nullptr where there is no trial ledger.
    Dispatcher(Services& services, Services* trial, std::span<const Route> table)
        : services_(services),
          trial_(trial),
          table_(table),
          wrong_signatures_(services.clock) {}

    Answer answer(RouteListener listener, const RequestHead& head, Exchange& exchange) const;

private:
    base::Result<Answer> answerOrRefuse(
        Request& request, RouteListener listener, Exchange& exchange
    ) const;
    base::Status settleSpeaker(Request& request, Exchange& exchange) const;
    base::Status settleRoute(Request& request, RouteListener listener, std::string& allow) const;
    base::Status settleBody(Request& request, Exchange& exchange) const;
    /// The signature over the head; the body is read, and held against it, by the handler.
    base::Status settleStream(Request& request, Exchange& exchange) const;
    /// The handler reads the body and finds the signature in it.
    base::Status settleUnread(Request& request, Exchange& exchange) const;
    void logFailure(const Request& request, const base::Error& error) const;
    /// Keeps a refusal back where the partner's signatures have failed too often; ends early where the listener stops.
    void holdBack(const Request& request, const base::Error& error, const Exchange& exchange) const;
    Answer refusalOf(const Request& request, const base::Error& error) const;
    void signWhereAsked(const Request& request, Answer& answer) const;
    std::string absoluteTarget(const Request& request) const;

    Services& servicesFor(const Request& request) const;

    Services& services_;
    Services* const trial_;
    const std::span<const Route> table_;
    mutable base::MinuteCounts wrong_signatures_;  // by partner; synchronises itself
};

}  // namespace yht::http
