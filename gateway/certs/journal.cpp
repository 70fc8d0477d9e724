#include "gateway/certs/journal.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/durable_file.h"
#include "gateway/base/text.h"
#include "gateway/base/time_text.h"
#include "gateway/certs/authority_files.h"
#include "gateway/crypto/certificate_finding.h"
#include "gateway/crypto/digest.h"

namespace yht::certs {
namespace {

using crypto::FindingCode;
using crypto::refusal;

constexpr const char* kFile = "journal.csv";
constexpr const char* kHandedIn = "journal_handed_in";
constexpr std::size_t kDigestCharacters = 64;

std::string joined(const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t index = 0; index < cells.size(); ++index) text += (index == 0 ? "" : ",") + cells[index];
    return text;
}

std::string header() { return joined({std::begin(kJournalColumns), std::end(kJournalColumns)}); }

std::vector<std::string> split(std::string_view line) {
    std::vector<std::string> cells(1);
    for (const char c : line) {
        if (c == ',') cells.emplace_back();
        else cells.back() += c;
    }
    return cells;
}

bool isCell(const std::string& text) {
    if (text.size() > kJournalCellBytesMax || !base::countCodePoints(text) || base::hasControlCharacters(text)) return false;
    return text.find_first_of(",\"") == std::string::npos && !text.starts_with(' ') && !text.ends_with(' ');
}

bool isDigestOrNothing(const std::string& text) {
    return text.empty() || (text.size() == kDigestCharacters && base::fromHex(text).has_value());
}

bool isAct(const std::string& act) { return std::find(std::begin(kJournalActs), std::end(kJournalActs), act) != std::end(kJournalActs); }

/// The column that is wrong, or nullptr.
const char* wrongColumn(const JournalLine& line) {
    const auto cells = line.cells();
    for (std::size_t index = 0; index < cells.size(); ++index) {
        if (!isCell(cells[index])) return kJournalColumns[index];
    }
    if (!isAct(line.act)) return "act";
    if (line.authority.empty() || !isDigestOrNothing(line.authority)) return "authority";
    if (!std::all_of(line.permit.begin(), line.permit.end(), [](char c) { return c >= '0' && c <= '9'; })) return "permit";
    if (!isDigestOrNothing(line.subject)) return "subject";
    if (!base::fromHex(line.serial)) return "serial";
    if (!isDigestOrNothing(line.fingerprint)) return "fingerprint";
    return isDigestOrNothing(line.previous) ? nullptr : "previous";
}

base::Error wrong(const std::string& at, const std::string& what) { return refusal(FindingCode::AuthorityInvalid, at, what); }

}  // namespace

std::vector<std::string> JournalLine::cells() const {
    return {base::formatRfc3339(at_ms), act, authority, by, permit, profile, partner, subject, serial, fingerprint, reason, previous};
}

std::string JournalLine::text() const { return joined(cells()); }

std::string JournalLine::digest() const { return base::toHex(crypto::sha256(text())); }

base::Result<JournalLine> JournalLine::of(const std::vector<std::string>& cells) {
    if (cells.size() != std::size(kJournalColumns)) return wrong(kFile, "not " + std::to_string(std::size(kJournalColumns)) + " cells");
    const auto at = base::parseRfc3339(cells[0]);
    if (!at) return wrong(kFile, "at");
    JournalLine line{*at, cells[1], cells[2], cells[3], cells[4], cells[5], cells[6], cells[7], cells[8], cells[9], cells[10], cells[11]};
    if (const char* column = wrongColumn(line)) return wrong(kFile, column);
    return line;
}

base::Result<Journal> Journal::open(const std::string& directory) {
    Journal journal(directory);
    auto text = readIfThere(fileOf(directory, kFile), kJournalBytesMax);
    if (!text) return std::move(text).error();
    std::string_view rest = *text;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const std::string at = std::string(kFile) + ":" + std::to_string(number);
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) return wrong(at, "the line has no end");
        const std::string_view written = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        if (number == 1) {
            if (written != header()) return wrong(at, "the columns are others");
            continue;
        }
        auto line = JournalLine::of(split(written));
        if (!line.ok() || line->text() != written) return wrong(at, "not a line of this journal");
        if (line->previous != (journal.lines_.empty() ? "" : journal.lines_.back().digest())) {
            return wrong(at, "it does not follow the line before it: one was changed or taken out");
        }
        journal.lines_.push_back(*std::move(line));
    }
    auto count = readIfThere(fileOf(directory, kHandedIn), 32);
    if (!count) return std::move(count).error();
    std::from_chars(count->data(), count->data() + count->size(), journal.handed_in_);
    if (journal.handed_in_ > journal.lines_.size()) return wrong(kFile, "lines at its end are missing: more were handed in");
    return journal;
}

base::Status Journal::append(JournalLine line) {
    line.previous = lines_.empty() ? "" : lines_.back().digest();
    line.at_ms = line.at_ms / 1000 * 1000;  // as it is written
    if (const char* column = wrongColumn(line)) return wrong(kFile, column);
    std::string text = header() + "\n";
    for (const auto& one : lines_) text += one.text() + "\n";
    text += line.text() + "\n";
    if (auto saved = base::writeDurably(fileOf(directory_, kFile), text, base::FileSecrecy::Public); !saved) return saved;
    lines_.push_back(std::move(line));
    return {};
}

base::Status Journal::setHandedIn(std::size_t count) {
    if (auto saved = base::writeDurably(fileOf(directory_, kHandedIn), std::to_string(count) + "\n", base::FileSecrecy::Public); !saved) {
        return saved;
    }
    handed_in_ = count;
    return {};
}

}  // namespace yht::certs
