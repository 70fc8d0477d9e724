// The platform itself: POST /sjjh/v2/push, /sjjh/v2/query and /sjjh/v2/file, from the bytes of a request to those
// of its answer. Uses: base, stage. Used by: main, tests.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/province-sim/envelope.h"
#include "tools/province-sim/file_message.h"
#include "tools/province-sim/judge.h"
#include "tools/province-sim/seal.h"
#include "tools/stage/listener.h"

namespace yht::province_sim {

/// A reporting unit that may upload, and the certificates it was registered with.
struct RegisteredSender {
    Sender sender;
    SealChecker seal;             // of the envelope (ZSZW)
    std::string tls_fingerprint;  // of the connection
};

/// "APPID:SBDW:CERT.pem[:TLS.pem]"; without a fourth part the same certificate does both.
/// Throws std::runtime_error saying what is wrong.
RegisteredSender readSender(const std::string& text);

/// Thread-safety: any thread.
class Platform {
public:
    Platform(
        const base::Clock& clock, Store& store, stage::Misbehaviour& misbehaviour,
        std::vector<RegisteredSender> senders, Sealer sealer
    );
    stage::HttpAnswer handle(const stage::HttpRequest& request);

private:
    stage::HttpAnswer answer(const stage::HttpRequest& request, const stage::Mischief& mischief);
    stage::HttpAnswer refuse(
        const std::string& code, const char* message, std::int64_t retry_after_s = 0
    );
    /// nullopt: the nonce was used before.
    std::optional<stage::HttpAnswer> process(
        const Envelope& envelope, const RegisteredSender& sender, bool push,
        const stage::Mischief& mischief
    );
    stage::HttpAnswer answerFile(const stage::HttpRequest& request, const stage::Mischief& mischief);
    /// nullopt: the nonce was used before.
    std::optional<stage::HttpAnswer> processFile(const FileMessage& message, const stage::Mischief& mischief);
    struct Sealed {
        const std::string &message_id, &code, &data;
    };
    const RegisteredSender* authorised(const Envelope& envelope, const std::string& tls) const;
    std::string receipt(const Sealed& sealed, const stage::Mischief& mischief, base::UnixMillis now_ms);

    const base::Clock& clock_;
    Store& store_;
    stage::Misbehaviour& misbehaviour_;
    const std::vector<RegisteredSender> senders_;
    const Sealer sealer_;
};

}  // namespace yht::province_sim
