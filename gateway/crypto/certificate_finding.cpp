#include "gateway/crypto/certificate_finding.h"

#include <algorithm>

#include "gateway/base/assert.h"

namespace yht::crypto {
namespace {

constexpr FindingRow kTable[] = {
#define YHT_FINDING(name, code, en, zh) {FindingCode::name, code, en, zh},
#include "gateway/crypto/certificate_findings.def"
#undef YHT_FINDING
};

std::string joined(const Finding& finding, const char* sentence) {
    std::string text = finding.at.empty() ? "" : finding.at + ": ";
    text += sentence;
    if (!finding.detail.empty()) text += " (" + finding.detail + ")";
    return text;
}

}  // namespace

std::span<const FindingRow> findingTable() { return kTable; }

const FindingRow& findingRow(FindingCode code) { return kTable[static_cast<std::size_t>(code)]; }

std::string textOf(const Finding& finding) { return joined(finding, finding.row().en); }

std::string chineseTextOf(const Finding& finding) { return joined(finding, finding.row().zh); }

base::Error refusal(const std::vector<Finding>& findings) {
    YHT_ASSERT(!findings.empty());
    const Finding& first = findings.front();
    base::Error error = base::makePublicError(base::ErrorCode::CryptoFailed, textOf(first), chineseTextOf(first));
    for (const Finding& finding : findings) {
        error.fields.push_back(
            {finding.at, std::string("certificate.") + finding.row().wire, finding.detail, finding.row().en, finding.row().zh}
        );
    }
    return error;
}

base::Error refusal(FindingCode code, std::string at, std::string detail) { return refusal({{code, std::move(at), std::move(detail)}}); }

bool has(const base::Error& error, FindingCode code) {
    const std::string wire = std::string("certificate.") + findingRow(code).wire;
    return std::any_of(error.fields.begin(), error.fields.end(), [&](const auto& field) { return field.code == wire; });
}

}  // namespace yht::crypto
