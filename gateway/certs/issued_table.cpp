#include "gateway/certs/issued_table.h"

#include <optional>

#include "gateway/base/time_text.h"
#include "gateway/crypto/certificate_finding.h"

namespace yht::certs {
namespace {

constexpr std::string_view kHeader =
    "serial,subject,profile,not_before,not_after,fingerprint,key,issued_at,issued_by,renews,revoked_at,reason,revoked_by,why";
constexpr std::size_t kColumns = 14;

std::string cell(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

std::string timeCell(base::UnixMillis at_ms) { return at_ms == 0 ? "" : base::formatRfc3339(at_ms); }

/// The cells of one line, which `rest` then stands behind; nullopt where a quote is not closed.
std::optional<std::vector<std::string>> takeLine(std::string_view& rest) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    std::size_t at = 0;
    for (; at < rest.size(); ++at) {
        const char c = rest[at];
        if (quoted && c == '"' && at + 1 < rest.size() && rest[at + 1] == '"')
            cells.back() += rest[++at];
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == ',')
            cells.emplace_back();
        else if (!quoted && c == '\n')
            break;
        else if (quoted || c != '\r')
            cells.back() += c;
    }
    rest.remove_prefix(std::min(at + 1, rest.size()));
    if (quoted) return std::nullopt;
    return cells;
}

bool readTime(const std::string& text, base::UnixMillis& out) {
    if (text.empty()) return true;
    const auto time = base::parseRfc3339(text);
    if (time) out = *time;
    return time.has_value();
}

std::optional<IssuedRow> rowOf(const std::vector<std::string>& cells) {
    if (cells.size() != kColumns || cells[0].empty() || !base::fromHex(cells[0])) return std::nullopt;
    IssuedRow row{
        .serial = cells[0],
        .subject = cells[1],
        .profile = cells[2],
        .fingerprint = cells[5],
        .key = cells[6],
        .issued_by = cells[8],
        .renews = cells[9],
        .revoked_by = cells[12],
        .why = cells[13]};
    if (!readTime(cells[3], row.not_before_ms) || !readTime(cells[4], row.not_after_ms) || !readTime(cells[7], row.issued_ms) ||
        !readTime(cells[10], row.revoked_ms)) {
        return std::nullopt;
    }
    if (cells[11].empty()) return row.revoked() ? std::nullopt : std::optional(row);
    const auto reason = crypto::findReason(cells[11]);
    if (!reason) return std::nullopt;
    row.reason = *reason;
    return row;
}

}  // namespace

std::string writeIssued(const std::vector<IssuedRow>& rows) {
    std::string csv(kHeader);
    csv += '\n';
    for (const IssuedRow& row : rows) {
        const std::string cells[kColumns] = {
            row.serial,
            row.subject,
            row.profile,
            timeCell(row.not_before_ms),
            timeCell(row.not_after_ms),
            row.fingerprint,
            row.key,
            timeCell(row.issued_ms),
            row.issued_by,
            row.renews,
            timeCell(row.revoked_ms),
            row.revoked() ? crypto::reasonName(row.reason) : "",
            row.revoked_by,
            row.why};
        for (std::size_t index = 0; index < kColumns; ++index) csv += (index == 0 ? "" : ",") + cell(cells[index]);
        csv += '\n';
    }
    return csv;
}

base::Result<std::vector<IssuedRow>> readIssued(std::string_view csv) {
    const auto wrong = [](std::size_t line, const char* what) {
        return crypto::refusal(crypto::FindingCode::AuthorityInvalid, "issued.csv:" + std::to_string(line), what);
    };
    if (csv.substr(0, csv.find('\n')) != kHeader) return wrong(1, "the columns are others");
    csv.remove_prefix(std::min(csv.size(), kHeader.size() + 1));
    std::vector<IssuedRow> rows;
    while (!csv.empty()) {
        const auto cells = takeLine(csv);
        const auto row = cells ? rowOf(*cells) : std::nullopt;
        if (!row) return wrong(rows.size() + 2, "not a row of 14 cells");
        rows.push_back(*row);
    }
    return rows;
}

}  // namespace yht::certs
