// Takes entries out of the ledger into an evidence file (ledger/format/evidence.h), a page at a
// time, beside a running gateway: memory stays flat and no read transaction outlives a page. Uses:
// ledger, trust (certificates). Used by: commands_export.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "gateway/ledger/format/evidence.h"
#include "gateway/ledger/store/store.h"
#include "gateway/trust/partner.h"

namespace yht::app {

struct ExportRequest {
    ledger::EvidenceScope scope = ledger::EvidenceScope::Whole;
    std::uint64_t from = 1;
    std::uint64_t to = 0;   // 0: the newest entry
    std::string ticket_no;  // of an existing ticket, for EvidenceScope::Ticket
    bool payloads = true;
    base::UnixMillis now_ms = 0;
};

struct ExportReport {
    std::uint64_t from = 0, to = 0;
    std::uint64_t tree_size = 0;  // of the checkpoint that everything leads to
    std::uint64_t entries = 0, payloads = 0, erased = 0, left_out = 0, checkpoints = 0,
                  certificates = 0;
    /// Signed messages whose certificate is not among the partners' any more.
    std::uint64_t certificates_missing = 0;
};

/// By fingerprint; revoked and expired ones too: they were valid once.
using CertificatesByFingerprint = std::map<std::string, base::Bytes>;
CertificatesByFingerprint certificatesOf(const trust::TrustSnapshot& snapshot);

class EvidenceExport {
public:
    using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;
    EvidenceExport(
        ledger::Store& store, crypto::PublicKey log_key, CertificatesByFingerprint certificates,
        ledger::EvidenceWriter::Sink sink, Progress progress
    )
        : store_(store),
          log_key_(std::move(log_key)),
          certificates_(std::move(certificates)),
          writer_(std::move(sink)),
          progress_(std::move(progress)) {}

    /// Writes the whole file. Once.
    /// Errors: NotFound (empty ledger), ParameterInvalid (range outside of it), LedgerCorrupt, what
    /// the sink says.
    base::Result<ExportReport> run(const ExportRequest& request);

private:
    base::Status writeHead(const ExportRequest& request);
    base::Status writeRange();
    base::Status writePage(ledger::Snapshot& snapshot, ledger::Seq first, ledger::Seq last);
    base::Status writeTicket(const std::string& ticket_no);
    base::Status writeEntry(ledger::View& view, ledger::Seq seq, bool with_payload);
    base::Status writeLeafOnly(ledger::View& view, ledger::Seq seq, ledger::PayloadIs payload_is);
    base::Status writeCertificate(const ledger::Entry& entry);

    ledger::Store& store_;
    const crypto::PublicKey log_key_;
    const CertificatesByFingerprint certificates_;
    ledger::EvidenceWriter writer_;
    const Progress progress_;
    bool payloads_ = true;
    std::set<std::string> certificates_written_, certificates_absent_;
    ExportReport report_;
};

}  // namespace yht::app
