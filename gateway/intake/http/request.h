// What a handler is given: the request, with its speaker settled, and the rooms it may ask.
// Uses: routes, trust, admission, ledger, ticket. Used by: handlers, dispatch, server.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gateway/attachments/store.h"
#include "gateway/base/trouble_log.h"
#include "gateway/intake/admission/admission.h"
#include "gateway/intake/admission/source_adapters.h"
#include "gateway/intake/admission/source_messages.h"
#include "gateway/intake/http/long_polls.h"
#include "gateway/intake/http/metrics.h"
#include "gateway/intake/http/routes.h"
#include "gateway/intake/trial/trial_book.h"
#include "gateway/ticket/fold.h"
#include "gateway/trust/held.h"
#include "gateway/trust/verifier.h"

namespace yht::trust {
class SoapVerifier;  // soap_security.h: only who speaks SOAP links it
}

namespace yht::http {

/// One condition of readiness: an error says why requests should go elsewhere for now.
struct ReadinessCheck {
    std::string name;  // snake_case
    std::function<base::Status()> check;
    /// Signatures can't be judged while it fails (a clock known to be wrong): signed requests get
    /// its error.
    bool signatures_need_it = false;
};

/// Asks the checks that signatures need, at most once a second. A line when they begin to fail and one when they are well
/// again; the requests that are refused meanwhile have none. Thread-safety: any thread.
class SignatureGuard {
public:
    /// `logger` may be empty.
    SignatureGuard(
        const base::Clock& clock, std::vector<ReadinessCheck> checks,
        std::function<void(const std::string&)> logger
    );
    base::Status check() const;

private:
    const base::Clock& clock_;
    void tellChange(bool was_well) const;

    const std::vector<ReadinessCheck> checks_;
    const std::function<void(const std::string&)> logger_;
    mutable std::mutex mutex_;
    mutable std::int64_t asked_ms_;     // protected by mutex_
    mutable base::Status last_answer_;  // protected by mutex_
};

struct Request {
    const Route* route = nullptr;
    RequestHead head;
    std::map<std::string, std::string> path;  // {parameters}
    std::map<std::string, std::string> query;
    trust::RequestVerifier::Speaker speaker{};      // partner listener only
    std::optional<trust::VerifiedMessage> message;  // where the route asks for a signature
    std::optional<trust::VerifiedHead> signed_head;  // the same, of a body that is streamed
    /// Reads a streamed body. Errors: BodyTooLarge, RequestMalformed, the sink's.
    std::function<base::Status(std::uint64_t bytes_max, const BodySink&)> stream_body;
    std::function<bool()> stopping;                 // true: long answers should end now

    const trust::Partner& partner() const { return *speaker.partner; }
};

/// Outlives every request. One for the live ledger, one for the trial ledger where there is one.
struct Services {
    const base::Clock& clock;
    ledger::Store& store;
    intake::Admission& admission;
    const trust::RequestVerifier& verifier;
    Metrics& metrics;
    LongPolls& long_polls;
    attachments::Store* attachments;  // nullptr: none are taken or given
    intake::SourceMessages* source_messages;               // nullptr, and so the next: no source is known
    const intake::SourceAdaptersHolder* source_adapters;
    const SignatureGuard& signature_guard;
    intake::TrialBook* trial_book = nullptr;  // of the trial ledger's services only
    ticket::Calendar calendar;
    ticket::FoldRules fold_rules;
    std::vector<ReadinessCheck> readiness;
    std::vector<std::string> public_base_urls;       // for @target-uri of signed answers
    std::optional<trust::Held<trust::SigningKey>> signing_key;  // none: answers are never signed
    const trust::SoapVerifier* soap_verifier = nullptr;  // nullptr: SOAP is not spoken
    std::optional<trust::Held<trust::SigningKey>> soap_signing_key;   // of soapSigningKey(); none: signing_key signs SOAP answers too
    std::function<void()> before_scrape;             // puts gauges in order
    base::TroubleLog& troubles;                      // its lines: no personal data
};

}  // namespace yht::http
