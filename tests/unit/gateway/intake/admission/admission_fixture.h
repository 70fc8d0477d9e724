// The small language of admission's tests: partners of one city post signed records to a real
// store.
//   centre  source zz12345, the city's centre; reads the city 4302
//   police  source zz110, 110's diversions; reads its own tickets
//   media   source zz-media; reads its own tickets
//   water   source zz-water, a member unit; reads what is assigned to units 430202*, may join the
//          city's tickets
//   trial   source zz-trial, still in joint test
// Every post is signed, verified by the real RequestVerifier, and answered after the real commit.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/intake/admission/admission.h"
#include "gateway/trust/verifier.h"
#include "tests/unit/gateway/intake/admission/test_ledger.h"

namespace yht::intake {

/// Field → text; a text that begins with "[" goes into the JSON as it is.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// A valid record as JSON; `fields` win over the defaults, "" leaves a default out.
std::string appeal(const std::string& source, const std::string& ref, const Fields& fields = {});
std::string assignment(
    const std::string& source, const std::string& ref, const Fields& fields = {}
);
std::string process(const std::string& source, const std::string& ref, const Fields& fields = {});
std::string result(const std::string& source, const std::string& ref, const Fields& fields = {});
std::string call(const std::string& source, const std::string& ref, const Fields& fields = {});
std::string filing(const std::string& source, const std::string& ref, const Fields& fields = {});

/// A well-formed ticket number that was never given out.
std::string unknownTicket();

/// A request as it goes over the wire, to be sent again byte for byte.
struct SignedRequest {
    std::string partner;
    trust::HttpHead head;
    std::string body;
};

class AdmissionTest : public ::testing::Test {
protected:
    AdmissionTest();

    SignedRequest sign(const std::string& partner, std::string body) const;
    base::Result<trust::VerifiedMessage> verify(const SignedRequest& request) const;
    base::Result<SubmissionAnswer> send(const SignedRequest& request);
    /// The ledger closed and opened again.
    void restart();
    base::Result<SubmissionAnswer> send(const std::string& partner, std::string body) {
        return send(sign(partner, std::move(body)));
    }
    /// One record. Requires: the submission as a whole is not refused.
    ItemAnswer post(const std::string& partner, const std::string& record);
    std::vector<ItemAnswer> postAll(
        const std::string& partner, const std::vector<std::string>& records
    );
    /// A correction by an operator of the gateway, who speaks for every source.
    ItemDecision correct(const std::string& record);

    /// Everything the ledger has: "message", or the kind and ticket's place: "appeal".
    std::vector<std::string> entries();
    std::vector<std::string> namesOf(const std::string& ticket_no);
    std::uint64_t versionOf(const std::string& source, ticket::Kind kind, const std::string& ref);

    base::ManualClock clock_;
    base::SystemRandom random_;
    TestLedger ledger_;
    std::unique_ptr<trust::TrustHolder> trust_;
    std::unique_ptr<trust::RequestVerifier> verifier_;
    std::unique_ptr<Admission> admission_;
};

/// "created", "stale", "duplicate", or the refusal's wire code.
std::string outcome(const ItemAnswer& answer);
std::vector<std::string> outcomes(const std::vector<ItemAnswer>& answers);
/// Pointers of the refusal, in order.
std::vector<std::string> pointers(const ItemAnswer& answer);

}  // namespace yht::intake
