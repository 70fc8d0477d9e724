// The media's own format at the door: lines, as line_adapter.h reads them. One message a call.
#pragma once

#include "gateway/base/time_text.h"
#include "gateway/intake/admission/message_payload.h"
#include "gateway/intake/admission/source_messages.h"
#include "gateway/ledger/store/erasure.h"
#include "tests/unit/gateway/intake/admission/admission_fixture.h"
#include "tests/unit/gateway/intake/admission/line_adapter.h"

namespace yht::intake {

inline std::string lines(const std::vector<std::string>& items) {
    std::string text;
    for (const auto& item : items) text += item + "\n";
    return text;
}

inline std::string mediaAppeal(const std::string& ref, const Fields& fields = {}) {
    return appeal("zz-media", ref, fields);
}

class SourceTest : public AdmissionTest {
protected:
    SourceTest() { openMessages(); }

    void openMessages() {
        messages_ = std::make_unique<SourceMessages>(
            ledger_.store(), random_, [this](const std::string& line) { log_.push_back(line); }
        );
    }
    void restart() {
        messages_.reset();
        AdmissionTest::restart();
        openMessages();
    }
    base::Result<SourceSubmission> trySubmit(
        const SignedRequest& request, const std::string& key = "",
        const std::string& content_type = "application/json"
    ) {
        const auto verified = verify(request);
        if (!verified.ok()) return verified.error();
        return messages_->submitMessage(*verified, adapter_, {content_type, "", key});
    }
    SourceSubmission submitSigned(const SignedRequest& request, const std::string& key = "") {
        auto done = trySubmit(request, key);
        if (!done.ok()) {
            ADD_FAILURE() << base::describe(done.error());
            return {};
        }
        return *std::move(done);
    }
    /// Signed anew each time: signatures are as old as the clock.
    SourceSubmission submit(const std::vector<std::string>& items, const std::string& key = "") {
        clock_.advance(1000);
        return submitSigned(sign("media", lines(items)), key);
    }
    ledger::SourceAccount account() {
        const auto day = base::shanghaiDay(clock_.nowMillis());
        const auto days = ledger_.store().snapshot().value()->sourceDays(day - 1, day);
        ledger::SourceAccount sum;
        for (const auto& one : days) {
            if (one.source == "zz-media") sum.add(one.account);
        }
        return sum;
    }
    void eraseTicket(const std::string& ticket_no) {
        const auto done = ledger::eraseTicket(
            ledger_.store(), clock_, random_,
            {.ticket_no = ticket_no, .operator_id = "uid:0", .why = "request"},
            [](const ledger::Entry&) { return false; }
        );
        ASSERT_TRUE(done.ok()) << base::describe(done.error());
    }
    MessagePayload kept(ledger::Seq message_seq) {
        const auto entry = ledger_.store().snapshot().value()->entry(message_seq).value();
        return decodeMessagePayload(entry.payload).value();
    }
    std::vector<ledger::QuarantineRow> quarantined() {
        return ledger_.store().snapshot().value()->quarantine({.state = ""}, 1000);
    }
    ledger::LeafHeader leaf(ledger::Seq seq) {
        return ledger_.store().snapshot().value()->leaf(seq).value().header;
    }

    LineAdapter adapter_{"zz-media"};
    std::vector<std::string> log_;
    std::unique_ptr<SourceMessages> messages_;
};

inline std::vector<std::string> verdicts(const SourceSubmission& submission) {
    std::vector<std::string> names;
    for (const auto& item : submission.items) names.emplace_back(sourceVerdictName(item.verdict));
    return names;
}

}  // namespace yht::intake
