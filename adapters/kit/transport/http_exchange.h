// One HTTP request to a source that is asked for what is new, and its answer. For asking only: the couriers' client
// (kit/http_client.h) knows whether a request can have arrived, which here does not matter. No redirect is followed, no
// cookie kept, nothing is decompressed beyond its bound. Uses: base, trust/peer_evidence. Used by: pull.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "adapters/kit/http_answer.h"
#include "adapters/kit/transport/file_store.h"

namespace yht::kit {

struct HttpExchangeSettings {
    std::string ca_path;                      // PEM; "": the system's authorities
    std::string certificate_path, key_path;   // client certificate; "": none
    std::string user, password;               // Basic; "": none
    TransferTimes times;
    std::uint64_t answer_bytes_max = 16U << 20;
};

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
    /// Any complete answer, whatever its status. Errors: PeerUnreachable, PeerUntrusted, PeerAnswerLost,
    /// PeerAnswerInvalid (no HTTP, larger than answer_bytes_max).
    virtual base::Result<HttpAnswer> ask(const HttpAsk& ask) = 0;
    virtual trust::PeerEvidence evidence() const = 0;
};

}  // namespace yht::kit
