// One HTTP request that asks a far side for something, and its answer. For asking only: the couriers' client
// (kit/http_client.h) knows whether a request can have arrived, which here does not matter. No redirect is followed, no
// cookie kept, nothing is decompressed beyond its bound. Uses: base, trust/peer_evidence. Used by: pull, guarded_fetch.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "adapters/kit/http_answer.h"
#include "adapters/kit/transport/file_store.h"

namespace yht::trust {
class PeerJudge;  // handshake.h
}

namespace yht::kit {

struct HttpExchangeSettings {
    std::string ca_path;                      // PEM; "": the system's authorities
    std::string certificate_path, key_path;   // client certificate; "": none
    std::string user, password;               // Basic; "": none
    TransferTimes times;
    std::uint64_t answer_bytes_max = 16U << 20;
    std::shared_ptr<const trust::PeerJudge> judge = {};  // of the far side's certificate; nullptr: nobody is asked
    std::function<bool(const sockaddr&)> may_connect;  // judges each address; empty: any
};

inline constexpr std::uint64_t kUnwantedBytesMax = 64U << 10;  // read of an answer that is no 200, where the body goes to a sink

/// Pieces of a body in order; an error ends the exchange and becomes its result.
using HttpSink = std::function<base::Status(std::string_view piece)>;

struct HttpAsk {
    std::string url;  // http:// or https://, complete
    bool post = false;
    HttpFields fields;
    std::string body;
};

/// Connections are kept between calls. Used by one thread at a time.
class HttpExchange {
public:
    static base::Result<std::unique_ptr<HttpExchange>> open(
        HttpExchangeSettings settings, std::stop_token stop = {}
    );
    virtual ~HttpExchange() = default;
    /// Any complete answer, whatever its status. Errors: PeerUnreachable, PeerUntrusted, PeerAnswerLost, the judge's,
    /// PeerAnswerInvalid (no HTTP, larger than answer_bytes_max).
    virtual base::Result<HttpAnswer> ask(const HttpAsk& ask) = 0;
    /// The body of a 200 goes to the sink instead, which bounds it; what another status says is nobody's file.
    virtual base::Result<HttpAnswer> ask(const HttpAsk& ask, const HttpSink& sink) = 0;
    /// Where the last answer sends its asker, complete; "" nowhere.
    virtual std::string redirectTarget() const = 0;
    virtual trust::PeerEvidence evidence() const = 0;
};

}  // namespace yht::kit
