// What is wrong with a certificate, a key, a request or a CRL, as rows of one table: a code for scripts and a sentence
// for operators in both languages. Uses: base. Used by: crypto, certs, app.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gateway/base/error.h"

namespace yht::crypto {

enum class FindingCode : std::uint8_t {
#define YHT_FINDING(name, code, en, zh) name,
#include "gateway/crypto/certificate_findings.def"
#undef YHT_FINDING
};

struct FindingRow {
    FindingCode code;
    const char* wire;  // "expired"
    const char* en;
    const char* zh;
};

/// The whole table, in file order. Index = static_cast<size_t>(code).
std::span<const FindingRow> findingTable();
const FindingRow& findingRow(FindingCode code);

struct Finding {
    FindingCode code = FindingCode::Unreadable;
    std::string at;      // which file, subject or name; never a secret
    std::string detail;  // the bound, the date, the library's words; "" none
    const FindingRow& row() const { return findingRow(code); }
    bool operator==(const Finding&) const = default;
};

/// "CN=a: it has expired (2026-01-01)".
std::string textOf(const Finding& finding);
std::string chineseTextOf(const Finding& finding);

/// Findings as an error: code CryptoFailed, a field each, the public text that of the first. Requires: findings not empty.
base::Error refusal(const std::vector<Finding>& findings);
base::Error refusal(FindingCode code, std::string at = {}, std::string detail = {});
/// Whether the error was made by refusal() with that code among its findings.
bool has(const base::Error& error, FindingCode code);

}  // namespace yht::crypto
