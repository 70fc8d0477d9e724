#include "gateway/ledger/store/source_tables.h"

namespace yht::ledger {

std::uint64_t SourceAccount::ignoredCount() const {
    std::uint64_t sum = 0;
    for (const auto& [rule, count] : ignored) sum += count;
    return sum;
}

bool SourceAccount::balances() const {
    return received == accepted + duplicate + quarantined + refused + ignoredCount() &&
           stale <= accepted;
}

bool SourceAccount::empty() const {
    return *this == SourceAccount{};
}

void SourceAccount::add(const SourceAccount& other) {
    received += other.received;
    accepted += other.accepted;
    stale += other.stale;
    duplicate += other.duplicate;
    quarantined += other.quarantined;
    refused += other.refused;
    for (const auto& [rule, count] : other.ignored) ignored[rule] += count;
    unmapped_codes += other.unmapped_codes;
    unknown_members += other.unknown_members;
    cut_texts += other.cut_texts;
}

}  // namespace yht::ledger
