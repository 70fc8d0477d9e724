// From a call at a declared endpoint to the answer that its old system expects. In this order, so that nobody who is not
// known costs more than a bounded read:
//   1 path       whose endpoint it is: 404, 405 in our own words; GET …?wsdl
//   2 turn       an endpoint that was guessed at from this address: the call waits, a right proof is heard all the same
//   3 share      a source with too many calls at once: busy
//   4 body       no further than the endpoint takes
//   5 caller     ChannelVerifier: unauthorized, counted, nothing kept
//   6 rate       of the endpoint, of callers who are known only: strangers can't use it up
//   7 operation  SOAP: one of those that are declared
//   8 message    SourceMessages, like POST /v1/sources/{source}/messages; answered after its commit
// Uses: the rest of this folder, admission. Used by: channel_listener.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <functional>
#include <string>

#include "gateway/base/trouble_log.h"
#include "gateway/intake/admission/source_messages.h"
#include "gateway/intake/channels/channel_guard.h"
#include "gateway/intake/channels/channel_reply.h"
#include "gateway/intake/channels/channel_table.h"
#include "gateway/intake/http/connection.h"
#include "gateway/intake/http/request.h"

namespace yht::channels {

/// References must outlive the desk.
struct DeskParts {
    const ChannelTableHolder& tables;
    trust::ChannelVerifier& verifier;
    const http::SignatureGuard& signature_guard;  // a clock known to be wrong judges no signed time
    intake::SourceMessages& live;
    intake::SourceMessages* trial = nullptr;  // of partners in joint test; nullptr: they are refused
    const base::Clock& clock;
    prometheus::Registry& registry;
    std::size_t at_once_max = 32;  // calls of one source that are read and answered at the same time
    std::function<void(const std::string&)> logger;  // one line each; none: nothing is logged
};

/// Thread-safety: any thread.
class ChannelDesk {
public:
    explicit ChannelDesk(DeskParts parts);
    http::Answer answer(const http::RequestHead& head, http::Exchange& exchange);
    const base::Clock& clock() const { return parts_.clock; }

private:
    struct Call;
    http::Answer answerOwned(Call& call);
    base::Result<intake::SourceSubmission> take(Call& call);
    base::Status readBody(Call& call);
    base::Result<std::string> messageOf(Call& call);
    base::Result<trust::VerifiedMessage> verify(Call& call, std::string message);
    http::Answer reply(Call& call, const base::Result<intake::SourceSubmission>& result);
    void countWrong(const Call& call, const base::Error& error);
    void count(const Channel* channel, const char* outcome);

    const DeskParts parts_;
    ChannelGuard guard_;
    base::TroubleLog troubles_;
    prometheus::Family<prometheus::Counter>& calls_;
};

}  // namespace yht::channels
