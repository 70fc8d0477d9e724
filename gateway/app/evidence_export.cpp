#include "gateway/app/evidence_export.h"

#include <algorithm>

#include "gateway/json/json.h"
#include "gateway/ledger/format/checkpoint.h"
#include "gateway/ledger/format/message_evidence.h"

namespace yht::app {
namespace {

using ledger::EvidenceScope;
using ledger::PayloadIs;
using ledger::Seq;

constexpr Seq kPageEntries = 256;
constexpr std::uint64_t kTicketEntriesMax = 1'000'000;

base::Error outsideLedger(Seq size) {
    const std::string number = std::to_string(size);
    return base::makePublicError(
        base::ErrorCode::ParameterInvalid,
        "The range must lie within 1 to " + number + ", --from not after --to.",
        "范围须在 1 到 " + number + " 之内,且 --from 不大于 --to。"
    );
}

/// A ticket's entries, and the messages that they came in, ascending.
std::set<Seq> entriesAround(ledger::View& view, const std::string& ticket_no) {
    std::set<Seq> seqs;
    for (const auto seq : view.ticketEntries(ticket_no)) {
        seqs.insert(seq);
        const auto leaf = view.leaf(seq);
        if (leaf.ok() && leaf->header.message_seq != 0) seqs.insert(leaf->header.message_seq);
        if (seqs.size() > kTicketEntriesMax) break;
    }
    return seqs;
}

/// How many items a message body has; 0 where that can't be told.
std::size_t itemsIn(ledger::View& view, Seq seq) {
    const auto entry = view.entry(seq);
    const auto message = entry.ok() ? ledger::readMessageEvidence(entry->payload) : std::nullopt;
    const auto body =
        message ? json::parse(message->body)
                : base::Result<rapidjson::Document>(base::makeError(base::ErrorCode::NotFound));
    if (!body.ok()) return 0;
    return body->IsArray() ? body->Size() : 1;
}

/// Whether the payload tells of this ticket alone: its own entries, and messages of which every
/// item became a record of it. Of other messages (items that were duplicates may belong to anybody)
/// the leaf goes out without its payload.
bool tellsOnlyOf(
    ledger::View& view, const ledger::LeafHeader& header, const std::string& ticket_no
) {
    if (header.ticket_no == ticket_no) return true;
    if (header.type != ledger::EntryType::Message) return false;
    const auto carried = view.messageEntries(header.seq);
    const bool all_its_own = std::all_of(carried.begin(), carried.end(), [&](Seq seq) {
        const auto leaf = view.leaf(seq);
        return leaf.ok() && leaf->header.ticket_no == ticket_no;
    });
    return all_its_own && !carried.empty() && itemsIn(view, header.seq) == carried.size();
}

}  // namespace

CertificatesByFingerprint certificatesOf(const trust::TrustSnapshot& snapshot) {
    CertificatesByFingerprint found;
    for (const auto& partner : snapshot.partners()) {
        for (const auto& one : partner.certificates)
            found[one.certificate.fingerprint()] = one.certificate.toDer();
    }
    return found;
}

base::Result<ExportReport> EvidenceExport::run(const ExportRequest& request) {
    payloads_ = request.payloads;
    if (auto status = writeHead(request); !status) return std::move(status).error();
    auto written =
        request.scope == EvidenceScope::Ticket ? writeTicket(request.ticket_no) : writeRange();
    if (!written) return std::move(written).error();
    if (auto status = writer_.finish(); !status) return std::move(status).error();
    report_.certificates = certificates_written_.size();
    report_.certificates_missing = certificates_absent_.size();
    return report_;
}

base::Status EvidenceExport::writeHead(const ExportRequest& request) {
    auto snapshot = store_.snapshot();
    if (!snapshot) return std::move(snapshot).error();
    const auto note = (*snapshot)->checkpoint();
    if (!note) return base::makeError(base::ErrorCode::NotFound, "the ledger is empty");
    const auto newest = ledger::openCheckpoint(*note, store_.logKeyName(), log_key_);
    if (!newest) return newest.error();
    report_.tree_size = newest->size;
    ledger::EvidenceHead head{
        .scope = request.scope,
        .payloads = request.payloads,
        .exported_ms = request.now_ms,
        .ticket_no = request.ticket_no,
        .verifier_key = ledger::verifierKey(store_.logKeyName(), log_key_)};
    if (request.scope != EvidenceScope::Ticket) {
        head.from = request.from;
        head.to = request.to == 0 ? newest->size : request.to;
        if (head.from == 0 || head.from > head.to || head.to > newest->size)
            return outsideLedger(newest->size);
    }
    report_.from = head.from;
    report_.to = head.to;
    if (auto status = writer_.write(head); !status) return status;
    ++report_.checkpoints;
    return writer_.write(ledger::EvidenceCheckpoint{*note});
}

base::Status EvidenceExport::writeRange() {
    for (Seq first = report_.from; first <= report_.to; first += kPageEntries) {
        auto snapshot = store_.snapshot();
        if (!snapshot) return std::move(snapshot).error();
        if (first == report_.from && first > 1) {
            // Of the last leaf of a tree, the siblings are just the complete subtrees before it,
            // smallest first.
            auto edge = (*snapshot)->inclusionProof(first, first);
            if (!edge) return std::move(edge).error();
            std::reverse(edge->begin(), edge->end());
            if (auto status = writer_.write(ledger::EvidenceEdge{*std::move(edge)}); !status)
                return status;
        }
        const Seq last = std::min(report_.to, first + kPageEntries - 1);
        if (auto status = writePage(**snapshot, first, last); !status) return status;
        progress_(last - report_.from + 1, report_.to - report_.from + 1);
    }
    if (report_.to == report_.tree_size) return {};
    auto snapshot = store_.snapshot();
    if (!snapshot) return std::move(snapshot).error();
    auto proof = (*snapshot)->consistencyProof(report_.to, report_.tree_size);
    if (!proof) return std::move(proof).error();
    return writer_.write(ledger::EvidenceConsistency{
        report_.to, report_.tree_size, *std::move(proof)});
}

base::Status EvidenceExport::writePage(ledger::Snapshot& snapshot, Seq first, Seq last) {
    const auto checkpoints = snapshot.checkpoints(first - 1, last, kPageEntries);
    auto next = checkpoints.begin();
    for (Seq seq = first; seq <= last; ++seq) {
        if (auto status = writeEntry(snapshot, seq, payloads_); !status) return status;
        if (next == checkpoints.end() || next->size != seq) continue;
        if (auto status = writer_.write(ledger::EvidenceCheckpoint{next->note}); !status)
            return status;
        ++report_.checkpoints;
        ++next;
    }
    return {};
}

base::Status EvidenceExport::writeTicket(const std::string& ticket_no) {
    auto snapshot = store_.snapshot();
    if (!snapshot) return std::move(snapshot).error();
    const auto seqs = entriesAround(**snapshot, ticket_no);
    for (const auto seq : seqs) {
        if (seq > report_.tree_size) break;  // came after the checkpoint that all paths lead to
        const auto leaf = (*snapshot)->leaf(seq);
        if (!leaf) return leaf.error();
        const bool whole = payloads_ && tellsOnlyOf(**snapshot, leaf->header, ticket_no);
        if (auto status = writeEntry(**snapshot, seq, whole); !status) return status;
        auto path = (*snapshot)->inclusionProof(seq, report_.tree_size);
        if (!path) return std::move(path).error();
        if (auto status = writer_.write(ledger::EvidencePath{seq, *std::move(path)}); !status)
            return status;
        progress_(report_.entries, seqs.size());
    }
    return {};
}

base::Status EvidenceExport::writeEntry(ledger::View& view, Seq seq, bool with_payload) {
    if (!with_payload) return writeLeafOnly(view, seq, PayloadIs::LeftOut);
    auto entry = view.entry(seq);
    if (!entry) {
        if (entry.error().code != base::ErrorCode::LedgerErased) return std::move(entry).error();
        return writeLeafOnly(view, seq, PayloadIs::Erased);
    }
    if (entry->header.type == ledger::EntryType::Message) {
        if (auto status = writeCertificate(*entry); !status) return status;
    }
    ++report_.entries;
    ++report_.payloads;
    return writer_.write(ledger::EvidenceEntry{
        PayloadIs::There, std::move(entry->leaf), std::move(entry->salt), std::move(entry->payload)}
    );
}

base::Status EvidenceExport::writeLeafOnly(ledger::View& view, Seq seq, PayloadIs payload_is) {
    const auto leaf = view.leaf(seq);
    if (!leaf) return leaf.error();
    ++report_.entries;
    ++(payload_is == PayloadIs::Erased ? report_.erased : report_.left_out);
    return writer_.write(ledger::EvidenceEntry{
        payload_is, ledger::encodeLeaf(leaf->header, leaf->commitment), {}, {}});
}

/// The sender's certificate, before the first message that it signed.
base::Status EvidenceExport::writeCertificate(const ledger::Entry& entry) {
    const auto message = ledger::readMessageEvidence(entry.payload);
    if (!message || certificates_written_.contains(message->keyid)) return {};
    const auto known = certificates_.find(message->keyid);
    if (known == certificates_.end()) {
        certificates_absent_.insert(message->keyid);
        return {};
    }
    certificates_written_.insert(message->keyid);
    return writer_.write(ledger::EvidenceCertificate{known->second});
}

}  // namespace yht::app
