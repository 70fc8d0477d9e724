// An evidence file: read frame by frame, and checked as an auditor's program does. A file of a stranger never checks out
// against a log key that is ours.
#include "gateway/ledger/format/evidence.h"

#include <sstream>

#include "gateway/ledger/format/evidence_check.h"
#include "tests/fuzz/claim.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yht;
    const std::string file(fuzz::viewOf(data, size));
    std::istringstream in(file);
    ledger::EvidenceReader reader(in);
    for (;;) {
        const auto frame = reader.next();
        FUZZ_CLAIM(reader.offset() <= file.size());
        if (!frame) {
            FUZZ_CLAIM(frame.error().code == base::ErrorCode::EvidenceUnreadable);
            break;
        }
        if (std::holds_alternative<ledger::EvidenceEnd>(*frame)) break;
    }
    std::istringstream again(file);
    const auto report = ledger::checkEvidence(again, {});
    if (report) FUZZ_CLAIM(report->differences.size() <= ledger::kEvidenceDifferencesMax);
    return 0;
}
