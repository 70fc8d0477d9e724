#include "gateway/intake/trial/trial_book.h"

#include <algorithm>

#include "gateway/json/json.h"
#include "gateway/ledger/store/ticket_reader.h"

namespace yht::intake {
namespace {

constexpr const char* kFormat = "yht-trial-case-1";
constexpr std::size_t kScanEntries = 1000;

/// Canonical by construction: names and ids need no escape.
std::string payloadOf(const std::string& partner, TrialCase which) {
    const auto& row = trialCases()[static_cast<std::size_t>(which)];
    return std::string(R"({"case":")") + row.name + R"(","format":")" + kFormat +
           R"(","partner":")" + partner + "\"}";
}

std::string memberOf(const rapidjson::Value& object, const char* name) {
    const auto found = object.FindMember(name);
    if (found == object.MemberEnd() || !found->value.IsString()) return "";
    return {found->value.GetString(), found->value.GetStringLength()};
}

}  // namespace

base::Result<std::map<std::string, std::map<TrialCase, PassedCase>>> readTrialBook(
    ledger::View& view
) {
    std::map<std::string, std::map<TrialCase, PassedCase>> book;
    ledger::Seq after = 0;
    for (;;) {
        const auto headers = view.scan(after, kScanEntries);
        if (headers.empty()) return book;
        after = headers.back().seq;
        for (const auto& header : headers) {
            if (header.type != ledger::EntryType::Audit) continue;
            auto entry = view.entry(header.seq);
            if (!entry) return std::move(entry).error();
            auto json = json::parse(entry->payload);
            if (!json || !json->IsObject() || memberOf(*json, "format") != kFormat) continue;
            const auto which = findTrialCase(memberOf(*json, "case"));
            if (!which) continue;  // of a version that knew more
            book[memberOf(*json, "partner")].try_emplace(
                *which, PassedCase{header.seq, header.committed_ms}
            );
        }
    }
}

TrialBook::TrialBook(
    ledger::Store& store, const base::Clock& clock, base::Random& random,
    const std::map<std::string, std::map<TrialCase, PassedCase>>& passed
)
    : store_(store), clock_(clock), random_(random) {
    for (const auto& [partner, cases] : passed) {
        for (const auto& [which, when] : cases) seen_.emplace(partner, which);
    }
}

void TrialBook::saw(const std::string& partner, TrialCase which) {
    {
        const std::lock_guard lock(mutex_);
        if (!seen_.emplace(partner, which).second) return;
    }
    ledger::EntryDraft draft;
    draft.header.type = ledger::EntryType::Audit;
    draft.header.received_ms = clock_.nowMillis();
    draft.header.source = partner;
    draft.payload = payloadOf(partner, which);
    draft.salt = random_.bytes(ledger::kSaltBytes);
    store_.submit(
        [draft](ledger::Transaction& transaction) -> base::Status {
            auto seq = transaction.append(draft);
            if (!seq) return std::move(seq).error();
            return {};
        },
        [this, partner, which](const base::Status& done) {
            if (!done.ok()) forget(partner, which);
        }
    );
}

void TrialBook::sawRecords(const PreparedMessage& message, const std::vector<ItemDecision>& items) {
    const std::string& partner = message.speaker->id;
    const bool refused_before = hasSeen(partner, TrialCase::RefusalReceived);
    std::size_t taken = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto verdict = items[i].verdict;
        if (verdict == ItemVerdict::Duplicate) saw(partner, TrialCase::RepeatAnswered);
        if (verdict == ItemVerdict::Refused) saw(partner, TrialCase::RefusalReceived);
        if (verdict != ItemVerdict::Created) continue;
        ++taken;
        saw(partner, TrialCase::RecordTaken);
        if (refused_before) saw(partner, TrialCase::RefusalMended);
        if (!hasSeen(partner, TrialCase::LaterVersionTaken) &&
            isLaterVersion(message.items[i], items[i])) {
            saw(partner, TrialCase::LaterVersionTaken);
        }
        if (message.items[i].record.isVoid()) saw(partner, TrialCase::VoidTaken);
    }
    if (taken > 1) saw(partner, TrialCase::ArrayTaken);
}

bool TrialBook::hasSeen(const std::string& partner, TrialCase which) {
    const std::lock_guard lock(mutex_);
    return seen_.contains({partner, which});
}

/// Asked until it was true once: a few tickets are read, of a ledger that is for testing.
bool TrialBook::isLaterVersion(const PreparedItem& item, const ItemDecision& decision) {
    if (decision.ticket_no.empty()) return false;
    auto snapshot = store_.snapshot();
    if (!snapshot) return false;
    const auto stored = ledger::readTicket(**snapshot, decision.ticket_no);
    if (!stored) return false;
    return std::ranges::any_of(stored->records, [&](const auto& one) {
        const auto other = one.record.identity();
        return one.seq < decision.seq && other.source == item.identity.source &&
               other.kind == item.identity.kind && other.record_ref == item.identity.record_ref;
    });
}

void TrialBook::forget(const std::string& partner, TrialCase which) {
    const std::lock_guard lock(mutex_);
    seen_.erase({partner, which});
}

}  // namespace yht::intake
