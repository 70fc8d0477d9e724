#include "gateway/ticket/fold_order.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "gateway/ticket/record_json.h"

namespace yht::ticket {
namespace {

/// Process types are numbered along a ticket's life; a redo comes after the visit that asked for
/// it.
int rankOf(const Record& record) {
    switch (record.kind()) {
        case Kind::Appeal:
            return 0;
        case Kind::Call:
            return 1;
        case Kind::Assignment:
            return 19;
        case Kind::Extension:
            return 40;
        case Kind::Result:
            return 49;
        case Kind::Supervision:
            return 61;
        case Kind::Visit:
            return 69;
        case Kind::Filing:
            return 75;
        case Kind::Attachment:
            return 100;
        case Kind::Process:
            break;
    }
    const std::string& code = record.text(Field::process_type);
    if (code == "53") return 79;
    int rank = 0;
    std::from_chars(code.data(), code.data() + code.size(), rank);
    return rank;
}

FoldEntry entryOf(const Record& record, std::size_t index) {
    return {
        &record, index, record.identity(), record.timeMillis(Field::event_time), rankOf(record)};
}

/// Which of two contents stands for one record. Equal identities with unlike contents can't come
/// out of a ledger; even then the choice must not depend on the order of arrival.
bool standsOver(const FoldEntry& a, const FoldEntry& b) {
    const auto a_version = std::tuple(a.identity.version, a.identity.correction);
    const auto b_version = std::tuple(b.identity.version, b.identity.correction);
    if (a_version != b_version) return a_version > b_version;
    if (a.event_ms != b.event_ms) return a.event_ms > b.event_ms;
    if (*a.record == *b.record) return false;
    return canonicalText(*a.record) > canonicalText(*b.record);
}

auto byTime(const FoldEntry& entry) {
    return std::tie(entry.event_ms, entry.rank, entry.identity);
}

/// Puts the entries that stand at `places` into the order of `key` among themselves; the others
/// stay.
template <class Key>
void reorder(std::vector<FoldEntry>& entries, const std::vector<std::size_t>& places, Key key) {
    std::vector<FoldEntry> moved;
    for (const std::size_t place : places) moved.push_back(entries[place]);
    std::stable_sort(moved.begin(), moved.end(), [&](const FoldEntry& a, const FoldEntry& b) {
        return key(a) < key(b);
    });
    for (std::size_t i = 0; i < places.size(); ++i) entries[places[i]] = moved[i];
}

/// A source knows the order of its own steps better than clocks do; two sources' numbers say
/// nothing to each other.
void orderBySequence(FoldInput& input) {
    std::map<std::string, std::vector<std::size_t>> places;
    for (std::size_t i = 0; i < input.in_force.size(); ++i) {
        const auto& entry = input.in_force[i];
        if (entry.record->has(Field::source_seq)) places[entry.identity.source].push_back(i);
    }
    for (const auto& [source, list] : places) {
        reorder(input.in_force, list, [](const FoldEntry& entry) {
            return entry.record->unsignedInteger(Field::source_seq);
        });
        for (std::size_t i = 1; i < list.size(); ++i) {
            const auto& before = input.in_force[list[i - 1]];
            const auto& after = input.in_force[list[i]];
            if (after.event_ms < before.event_ms) input.against_time.push_back(after);
        }
    }
}

void orderByRound(FoldInput& input) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < input.in_force.size(); ++i) {
        if (input.in_force[i].record->has(Field::round)) places.push_back(i);
    }
    reorder(input.in_force, places, [](const FoldEntry& entry) {
        return entry.record->integer(Field::round);
    });
}

}  // namespace

FoldInput orderForFold(std::span<const Record> records) {
    std::map<std::tuple<std::string, Kind, std::string>, FoldEntry> latest;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const FoldEntry entry = entryOf(records[i], i);
        const auto name =
            std::tuple(entry.identity.source, entry.identity.kind, entry.identity.record_ref);
        const auto [place, is_new] = latest.try_emplace(name, entry);
        if (!is_new && standsOver(entry, place->second)) place->second = entry;
    }
    FoldInput input;
    for (const auto& [name, entry] : latest) {
        (entry.record->isVoid() ? input.voided : input.in_force).push_back(entry);
    }
    std::sort(
        input.in_force.begin(), input.in_force.end(),
        [](const FoldEntry& a, const FoldEntry& b) { return byTime(a) < byTime(b); }
    );
    orderBySequence(input);
    orderByRound(input);
    return input;
}

}  // namespace yht::ticket
