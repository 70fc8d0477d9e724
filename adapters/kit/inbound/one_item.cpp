#include "adapters/kit/inbound/one_item.h"

#include <algorithm>
#include <vector>

namespace yht::kit {
namespace {

struct Slice {
    std::size_t begin = 0, end = 0;
};

base::Error cannotCut() {
    return base::makePublicError(
        base::ErrorCode::ItemUndecodable, "One item can't be cut out of a message of this format: record the file, or make the case by hand.",
        "无法从此格式的报文中截取单个条目:请录制整个文件或手工制作样例。"
    );
}

std::vector<std::string> localNames(std::string_view path) {
    std::vector<std::string> names;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        const auto step = path.substr(0, slash);
        names.emplace_back(step.substr(step.find(':') == std::string_view::npos ? 0 : step.find(':') + 1));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return names;
}

/// Elements of an XML text, by bytes: in UTF-8, GBK and GB18030 no byte of a character looks like < or >.
class Elements {
public:
    Elements(std::string_view text, std::vector<std::string> steps) : text_(text), steps_(std::move(steps)) {}

    std::vector<Slice> find() {
        for (std::size_t at = text_.find('<'); at != std::string_view::npos; at = text_.find('<', at)) {
            const auto rest = text_.substr(at);
            if (rest.starts_with("<!--")) at = behind("-->", at);
            else if (rest.starts_with("<![CDATA[")) at = behind("]]>", at);
            else if (rest.starts_with("<?")) at = behind("?>", at);
            else if (rest.starts_with("<!")) at = behind(">", at);
            else if (rest.starts_with("</")) end(at = behind(">", at));
            else at = start(at);
            if (at == std::string_view::npos) break;
        }
        return std::move(found_);
    }

private:
    std::size_t behind(std::string_view mark, std::size_t at) const {
        const auto found = text_.find(mark, at);
        return found == std::string_view::npos ? found : found + mark.size();
    }
    std::size_t start(std::size_t at) {
        std::size_t close = at + 1;
        for (char quote = '\0'; close < text_.size() && (quote != '\0' || text_[close] != '>'); ++close) {
            const char c = text_[close];
            if (quote != '\0' ? c == quote : c == '"' || c == '\'') quote = quote == '\0' ? c : '\0';
        }
        if (close >= text_.size()) return std::string_view::npos;
        const auto tag = text_.substr(at + 1, close - at - 1);
        auto name = tag.substr(0, std::min(tag.find_first_of(" \t\r\n/"), tag.size()));
        if (const auto colon = name.find(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
        const std::size_t depth = depth_++;
        if (depth == 0 || (matched_ == depth - 1 && depth <= steps_.size() && name == steps_[depth - 1])) matched_ = depth;
        if (depth == steps_.size() && matched_ == depth) begin_ = at;
        if (tag.ends_with('/')) end(close + 1);
        return close + 1;
    }
    void end(std::size_t behind_tag) {
        if (depth_ == 0 || behind_tag == std::string_view::npos) return;
        --depth_;
        if (matched_ != depth_) return;
        if (depth_ == steps_.size()) found_.push_back({begin_, behind_tag});
        if (depth_ > 0) matched_ = depth_ - 1;
    }

    const std::string_view text_;
    const std::vector<std::string> steps_;
    std::vector<Slice> found_;
    std::size_t depth_ = 0, matched_ = 0, begin_ = 0;
};

/// `NAME="17"` in what stands before the items says 1 from now on.
void declareOne(std::string& head, const std::string& expected) {
    const auto at = expected.rfind('@');
    if (at == std::string::npos) return;
    const std::string name = expected.substr(at + 1) + "=";
    for (auto found = head.find(name); found != std::string::npos; found = head.find(name, found + 1)) {
        const std::size_t quote = found + name.size();
        const bool whole = found > 0 && (head[found - 1] == ' ' || head[found - 1] == '\n' || head[found - 1] == '\t');
        if (!whole || quote >= head.size()) continue;
        const auto close = head.find(head[quote], quote + 1);
        if (close != std::string::npos) head.replace(quote + 1, close - quote - 1, "1");
    }
}

/// The total line is what stands behind the items: its cell that says `items` says 1 from now on.
void totalOfOne(std::string& tail, const TableRules& table, std::size_t items) {
    std::size_t begin = tail.find_first_not_of("\r\n");
    for (std::uint32_t column = 1; column < table.total_row.count_column && begin != std::string::npos; ++column) {
        begin = tail.find(table.delimiter, begin);
        if (begin != std::string::npos) ++begin;
    }
    const std::string number = std::to_string(items);
    const std::size_t at = begin == std::string::npos ? begin : tail.find_first_not_of(" \"", begin);
    if (at != std::string::npos && tail.compare(at, number.size(), number) == 0) tail.replace(at, number.size(), "1");
}

/// Of every item up to where the message breaks off. Errors: they are no slices.
base::Result<std::vector<Slice>> slicesOf(const DecodeRules& rules, std::string_view message) {
    if (rules.format == Format::Xml) {
        const bool wide = message.starts_with("\xFF\xFE") || message.starts_with("\xFE\xFF");
        if (rules.items.empty()) return std::vector<Slice>{{0, message.size()}};
        if (rules.items.starts_with('/') || wide) return cannotCut();
        return Elements(message, localNames(rules.items)).find();
    }
    auto decoder = makeDecoder(rules);
    if (!decoder) return std::move(decoder).error();
    std::vector<Slice> slices;
    bool whole = true;
    const auto status = (*decoder)->decode(message, [&](DecodedItem&& item) {
        whole = whole && item.raw_bytes > 0;
        slices.push_back({item.raw_offset, item.raw_offset + item.raw_bytes});
        return true;
    });
    if (!whole) return cannotCut();
    if (!status && slices.empty()) return status.error();
    return slices;
}

}  // namespace

base::Result<std::string> oneItemOf(const DecodeRules& rules, std::string_view message, std::uint64_t index) {
    auto slices = slicesOf(rules, message);
    if (!slices) return std::move(slices).error();
    if (index >= slices->size()) {
        return base::makePublicError(
            base::ErrorCode::NotFound, "It is the rest of a message that breaks off, no item: make the case by hand.",
            "此为残缺报文的其余部分而非条目:请手工制作样例。"
        );
    }
    if (slices->size() == 1) return std::string(message);
    const Slice item = (*slices)[index];
    std::string head(message.substr(0, slices->front().begin));
    if (!rules.xml.items_expected.empty()) declareOne(head, rules.xml.items_expected);
    std::string tail(message.substr(slices->back().end));
    if (rules.table.total_row.count_column > 0) totalOfOne(tail, rules.table, slices->size());
    return head + std::string(message.substr(item.begin, item.end - item.begin)) + tail;
}

}  // namespace yht::kit
