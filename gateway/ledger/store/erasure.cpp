#include "gateway/ledger/store/erasure.h"

#include <charconv>

#include "gateway/json/json.h"

namespace yht::ledger {
namespace {

constexpr std::string_view kFormat = "yht-erasure-1";
constexpr std::size_t kPageEntries = 256;

template <class Items, class Write>
void list(std::string& out, std::string_view name, const Items& items, const Write& write) {
    if (out.back() != '{') out += ',';
    json::appendCanonicalString(out, name);
    out += ":[";
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += ',';
        write(items[i]);
    }
    out += ']';
}

base::Error corrupt() {
    return base::makeError(base::ErrorCode::LedgerCorrupt, "an erasure entry can't be read");
}

std::optional<Seq> seqOf(const rapidjson::Value& value) {
    if (!value.IsString()) return std::nullopt;
    const std::string_view text(value.GetString(), value.GetStringLength());
    Seq seq = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
    if (error != std::errc{} || end != text.data() + text.size() || seq == 0) return std::nullopt;
    return seq;
}

bool readSeqs(const rapidjson::Value& object, const char* name, std::vector<Seq>& seqs) {
    const auto* array = json::findMember(object, name);
    if (array == nullptr || !array->IsArray()) return false;
    for (const auto& item : array->GetArray()) {
        const auto seq = seqOf(item);
        if (!seq) return false;
        seqs.push_back(*seq);
    }
    return true;
}

bool readNames(const rapidjson::Value& object, std::vector<ErasedName>& names) {
    const auto* array = json::findMember(object, "names");
    if (array == nullptr || !array->IsArray()) return false;
    for (const auto& item : array->GetArray()) {
        if (!item.IsObject()) return false;
        auto mac = base::fromBase64(json::textMember(item, "mac"));
        if (!mac || mac->size() != kHashBytes) return false;
        names.push_back({*std::move(mac), json::textMember(item, "party")});
    }
    return true;
}

/// The messages of (after, last] that carry, appended to `found`.
base::Status findCarriers(
    View& view, Seq& after, Seq last, const Carries& carries, std::vector<Seq>& found
) {
    for (const auto& header : view.scan(after, kPageEntries)) {
        if (header.seq > last) return {};
        after = header.seq;
        if (header.type != EntryType::Message) continue;
        const auto entry = view.entry(header.seq);
        if (!entry.ok() && entry.error().code == base::ErrorCode::LedgerErased) continue;
        if (!entry.ok()) return entry.error();
        if (carries(*entry)) found.push_back(header.seq);
    }
    return {};
}

base::Status checkOrder(View& view, const ErasureOrder& order) {
    if (!view.hasTicket(order.ticket_no)) {
        return base::makeError(base::ErrorCode::NotFound, "no ticket " + order.ticket_no);
    }
    if (view.isErased(order.ticket_no)) {
        return base::makeError(base::ErrorCode::LedgerErased, "ticket " + order.ticket_no);
    }
    return {};
}

}  // namespace

std::string encodeErasure(const ErasureNote& note) {
    std::string out = "{";
    const auto text = [&](std::string_view each) { json::appendCanonicalString(out, each); };
    const auto seq = [&](Seq each) { text(std::to_string(each)); };
    list(out, "entries", note.entries, seq);
    json::appendMember(out, "format", kFormat);
    list(out, "messages", note.messages, seq);
    list(out, "names", note.names, [&](const ErasedName& name) {
        out += '{';
        json::appendMember(out, "mac", base::toBase64(name.mac));
        json::appendMember(out, "party", name.party);
        out += '}';
    });
    json::appendMember(out, "operator", note.operator_id);
    json::appendMember(out, "ticket_no", note.ticket_no);
    list(out, "unsent", note.unsent, text);
    json::appendMember(out, "why", note.why);
    return out + "}";
}

base::Result<ErasureNote> decodeErasure(std::string_view payload) {
    // An erasure of a much used ticket names many entries.
    const auto document = json::parse(payload, {.values_max = 10'000'000});
    if (!document.ok() || !document->IsObject()) return corrupt();
    if (json::textMember(*document, "format") != kFormat) return corrupt();
    ErasureNote note;
    note.ticket_no = json::textMember(*document, "ticket_no");
    note.operator_id = json::textMember(*document, "operator");
    note.why = json::textMember(*document, "why");
    const bool whole = readSeqs(*document, "entries", note.entries) &&
                       readSeqs(*document, "messages", note.messages) &&
                       readNames(*document, note.names);
    const auto* unsent = json::findMember(*document, "unsent");
    if (!whole || unsent == nullptr || !unsent->IsArray()) return corrupt();
    for (const auto& item : unsent->GetArray()) {
        if (!item.IsString()) return corrupt();
        note.unsent.emplace_back(item.GetString(), item.GetStringLength());
    }
    return note;
}

base::Result<ErasureReport> eraseTicket(
    Store& store, const base::Clock& clock, base::Random& random, ErasureOrder order,
    const Carries& carries
) {
    if (order.why.empty() || order.operator_id.empty()) {
        return base::makePublicError(
            base::ErrorCode::ParameterInvalid, "An erasure needs a reason and an operator.",
            "删除须说明原因与操作人。"
        );
    }
    order.salt = random.bytes(kSaltBytes);
    Seq after = 0;
    while (true) {
        // A snapshot a page: a long search must not pin the WAL.
        auto snapshot = store.snapshot();
        if (!snapshot.ok()) return std::move(snapshot).error();
        if (after == 0) {
            if (auto checked = checkOrder(**snapshot, order); !checked.ok()) return checked.error();
        }
        const Seq last = (*snapshot)->lastSeq();
        auto searched = findCarriers(**snapshot, after, last, carries, order.carriers);
        if (!searched.ok()) return std::move(searched).error();
        if (after >= last) break;
    }
    ErasureReport report;
    const auto erased = store.run([&](Transaction& transaction) -> base::Status {
        if (auto checked = checkOrder(transaction, order); !checked.ok()) return checked;
        // What was committed since the search: a handful.
        const Seq last = transaction.lastSeq();
        while (after < last) {
            auto searched = findCarriers(transaction, after, last, carries, order.carriers);
            if (!searched.ok()) return searched;
        }
        order.at_ms = clock.nowMillis();
        auto done = transaction.eraseTicket(order);
        if (!done.ok()) return std::move(done).error();
        report = *std::move(done);
        return {};
    });
    if (!erased.ok()) return erased.error();
    report.files_clean = store.emptyWal().ok();
    return report;
}

}  // namespace yht::ledger
