#include "gateway/ledger/format/evidence_payload.h"

#include "gateway/ledger/format/message_evidence.h"

namespace yht::ledger {

base::Status PayloadCheck::take(const EvidenceCertificate& certificate, std::uint64_t seq) {
    if (certificates_.size() >= kEvidenceCertificatesMax) {
        return base::makeError(
            base::ErrorCode::EvidenceUnreadable, "more certificates than a file may hold"
        );
    }
    auto read = crypto::Certificate::fromDer(certificate.der);
    if (read) {
        certificates_.insert_or_assign(read->fingerprint(), *read);
    } else {
        report_.add(report_.file, {seq, "certificate 证书", "X.509", "unreadable"});
    }
    return {};
}

void PayloadCheck::check(const EvidenceEntry& entry, const Leaf& leaf) {
    const auto seq = leaf.header.seq;
    if (entry.payload_is == PayloadIs::Erased) {
        ++report_.erased;
        return;
    }
    if (entry.payload_is == PayloadIs::LeftOut) {
        ++report_.left_out;
        // Of a ticket's file, messages that tell of others too go without.
        const bool claimed = report_.head.payloads && report_.head.scope != EvidenceScope::Ticket;
        if (claimed) report_.add(report_.file, {seq, "payload 内容", "there", "left out"});
        return;
    }
    ++report_.commitments.checked;
    if (leaf.header.digest_algorithm == kDigestSha256Sm3) ++report_.second_digests.checked;
    if (const auto difference = compareCommitment(leaf, entry.salt, entry.payload)) {
        const bool second = std::string_view(difference->digest) == "SM3";
        report_.add(
            second ? report_.second_digests : report_.commitments,
            {seq, second ? "SM3 commitment of salt and payload 国密内容承诺" : "commitment of salt and payload 内容承诺",
             base::toHex(difference->expected), base::toHex(difference->found)}
        );
    }
    if (leaf.header.type == EntryType::Message) checkMessage(seq, entry.payload);
}

void PayloadCheck::checkMessage(std::uint64_t seq, const base::Bytes& payload) {
    const auto message = readMessageEvidence(payload);
    if (!message) {
        ++report_.unsigned_messages;
        return;
    }
    ++report_.digests.checked;
    if (const auto status = checkSignedBody(*message); !status) {
        report_.add(
            report_.digests,
            {seq, "body against the digest signed 报文摘要", "the same", status.error().detail}
        );
    }
    const auto certificate = certificates_.find(message->keyid);
    if (certificate == certificates_.end()) {
        ++report_.without_certificate;
        return;
    }
    ++report_.signatures.checked;
    if (const auto status = checkSignature(*message, certificate->second); !status) {
        report_.add(
            report_.signatures, {seq, "signature of the message 报文签名",
                                 "valid under " + message->keyid, status.error().detail}
        );
    }
}

}  // namespace yht::ledger
