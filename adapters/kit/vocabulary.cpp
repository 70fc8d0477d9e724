#include "adapters/kit/vocabulary.h"

namespace yht::kit {
namespace {

constexpr std::string_view kHeader = "our_code,their_code";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // spreadsheets write one

base::Error wrong(const std::string& name, std::size_t line, const std::string& what) {
    return base::makeError(
        base::ErrorCode::ProfileInvalid, name + ":" + std::to_string(line) + ": " + what
    );
}

std::string_view nextLine(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

}  // namespace

base::Result<Vocabulary> Vocabulary::fromCsv(const std::string& name, std::string_view csv) {
    Vocabulary vocabulary;
    vocabulary.name_ = name;
    if (csv.starts_with(kByteOrderMark)) csv.remove_prefix(kByteOrderMark.size());
    const std::string_view header = nextLine(csv);
    if (header != kHeader && header != std::string(kHeader) + ",remark") {
        return wrong(
            name, 1,
            "the first line must be \"our_code,their_code\" or \"our_code,their_code,remark\""
        );
    }
    for (std::size_t line_no = 2; !csv.empty(); ++line_no) {
        const std::string_view line = nextLine(csv);
        if (line.empty()) continue;
        if (line_no > kRowsMax)
            return wrong(name, line_no, "more than " + std::to_string(kRowsMax) + " rows");
        const std::size_t comma = line.find(',');
        if (comma == 0 || comma == std::string_view::npos ||
            line.find('"') != std::string_view::npos) {
            return wrong(name, line_no, "write our_code,their_code without quotes");
        }
        const std::string ours(line.substr(0, comma));
        std::string_view theirs = line.substr(comma + 1);
        theirs = theirs.substr(0, theirs.find(','));
        if (theirs.empty()) return wrong(name, line_no, "their_code is empty");
        if (ours == "*" && !vocabulary.has_fallback_) {
            vocabulary.has_fallback_ = true;
            vocabulary.fallback_ = theirs;
        } else if (ours == "*" || !vocabulary.codes_.emplace(ours, theirs).second) {
            return wrong(name, line_no, "a second row for " + ours);
        }
    }
    return vocabulary;
}

const std::string* Vocabulary::find(const std::string& our_code) const {
    const auto found = codes_.find(our_code);
    return found == codes_.end() ? nullptr : &found->second;
}

}  // namespace yht::kit
