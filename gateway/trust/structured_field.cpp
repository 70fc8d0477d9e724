#include "gateway/trust/structured_field.h"

#include <charconv>

namespace yht::trust {
namespace {

bool isLower(char c) {
    return c >= 'a' && c <= 'z';
}
bool isAlpha(char c) {
    return isLower(c) || (c >= 'A' && c <= 'Z');
}
bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isKeyCharacter(char c) {
    return isLower(c) || isDigit(c) || c == '_' || c == '-' || c == '.' || c == '*';
}
bool isTokenCharacter(char c) {
    return isAlpha(c) || isDigit(c) ||
           std::string_view("!#$%&'*+-.^_`|~:/").find(c) != std::string_view::npos;
}

/// Reads front to back; the first thing that is wrong stays in `expected_`, and every later step
/// fails.
class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Dictionary dictionary();
    bool failed() const { return expected_ != nullptr; }
    const char* expected() const { return expected_; }
    std::size_t at() const { return at_; }

private:
    bool end() const { return at_ == text_.size(); }
    char peek() const { return end() ? '\0' : text_[at_]; }
    bool take(char c);
    void skipSpaces();
    void skipOptionalWhiteSpace();
    void fail(const char* expected);

    std::string key();
    BareItem bareItem();
    BareItem number();
    BareItem string();
    BareItem byteSequence();
    BareItem token();
    BareItem boolean();
    Parameters parameters();
    InnerList innerList();
    Member member();

    std::string_view text_;
    std::size_t at_ = 0;
    const char* expected_ = nullptr;
};

void Parser::fail(const char* expected) {
    if (!expected_) expected_ = expected;
}

bool Parser::take(char c) {
    if (failed() || end() || text_[at_] != c) return false;
    ++at_;
    return true;
}

void Parser::skipSpaces() {
    while (!end() && text_[at_] == ' ') ++at_;
}

void Parser::skipOptionalWhiteSpace() {
    while (!end() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
}

std::string Parser::key() {
    const std::size_t start = at_;
    if (!isLower(peek()) && peek() != '*') {
        fail("a key in lower case");
        return {};
    }
    while (!end() && isKeyCharacter(text_[at_])) ++at_;
    if (at_ - start > kKeyBytesMax) fail("a key of at most 64 characters");
    return std::string(text_.substr(start, at_ - start));
}

BareItem Parser::number() {
    constexpr std::size_t kIntegerDigitsMax = 15, kDecimalIntegerDigitsMax = 12,
                          kFractionDigitsMax = 3;
    const std::size_t start = at_;
    take('-');
    const std::size_t digits_start = at_;
    while (isDigit(peek())) ++at_;
    const std::size_t digits = at_ - digits_start;
    if (digits == 0 || digits > kIntegerDigitsMax) {
        fail("a number of 1 to 15 digits");
        return {};
    }
    if (peek() != '.') {
        std::int64_t value = 0;
        std::from_chars(text_.data() + start, text_.data() + at_, value);
        return value;
    }
    ++at_;
    const std::size_t fraction_start = at_;
    while (isDigit(peek())) ++at_;
    const std::size_t fraction = at_ - fraction_start;
    if (digits > kDecimalIntegerDigitsMax || fraction == 0 || fraction > kFractionDigitsMax) {
        fail("a decimal of at most 12 digits before and 3 behind the point");
        return {};
    }
    std::int64_t whole = 0;
    std::from_chars(text_.data() + digits_start, text_.data() + digits_start + digits, whole);
    std::string rest(text_.substr(fraction_start, fraction));
    while (rest.size() > 1 && rest.back() == '0') rest.pop_back();
    const bool negative = digits_start != start && (whole != 0 || rest != "0");
    return Decimal{(negative ? "-" : "") + std::to_string(whole) + "." + rest};
}

BareItem Parser::string() {
    std::string value;
    ++at_;  // the opening quote
    while (!end()) {
        char c = text_[at_++];
        if (c == '"') return value;
        if (c == '\\') {
            c = peek();
            if (c != '"' && c != '\\') break;
            ++at_;
        } else if (c < 0x20 || c > 0x7e) {
            break;
        }
        value += c;
    }
    fail("a closed string of visible ASCII");
    return {};
}

BareItem Parser::byteSequence() {
    const std::size_t start = ++at_;  // behind the opening colon
    const std::size_t stop = text_.find(':', start);
    if (stop == std::string_view::npos) {
        fail("the closing colon of a byte sequence");
        return {};
    }
    auto octets = base::fromBase64(text_.substr(start, stop - start));
    if (!octets) {
        fail("padded base64 between colons");
        return {};
    }
    at_ = stop + 1;
    return ByteSequence{std::move(*octets)};
}

BareItem Parser::token() {
    const std::size_t start = at_;
    while (!end() && isTokenCharacter(text_[at_])) ++at_;
    return Token{std::string(text_.substr(start, at_ - start))};
}

BareItem Parser::boolean() {
    ++at_;  // the question mark
    if (take('1')) return true;
    if (take('0')) return false;
    fail("?0 or ?1");
    return {};
}

BareItem Parser::bareItem() {
    const char c = peek();
    if (c == '-' || isDigit(c)) return number();
    if (c == '"') return string();
    if (c == ':') return byteSequence();
    if (c == '?') return boolean();
    if (c == '*' || isAlpha(c)) return token();
    fail("an item");
    return {};
}

Parameters Parser::parameters() {
    Parameters parsed;
    while (take(';')) {
        skipSpaces();
        std::string name = key();
        if (failed()) return parsed;
        BareItem value = true;
        if (take('=')) value = bareItem();
        if (findParameter(parsed, name)) fail("no parameter twice");
        if (parsed.size() == kParametersMax) fail("at most 16 parameters");
        if (failed()) return parsed;
        parsed.emplace_back(std::move(name), std::move(value));
    }
    return parsed;
}

InnerList Parser::innerList() {
    InnerList list;
    ++at_;  // the opening parenthesis
    while (!failed()) {
        skipSpaces();
        if (take(')')) {
            list.parameters = parameters();
            return list;
        }
        Item item;
        item.value = bareItem();
        item.parameters = parameters();
        if (!failed() && peek() != ' ' && peek() != ')')
            fail("a space or the end of the inner list");
        if (list.items.size() == kInnerItemsMax) fail("at most 32 items in an inner list");
        list.items.push_back(std::move(item));
    }
    return list;
}

Member Parser::member() {
    Member parsed;
    parsed.key = key();
    if (failed()) return parsed;
    if (!take('=')) {
        parsed.value = Item{true, parameters()};
    } else if (peek() == '(') {
        parsed.value = innerList();
    } else {
        Item item;
        item.value = bareItem();
        item.parameters = parameters();
        parsed.value = std::move(item);
    }
    return parsed;
}

Dictionary Parser::dictionary() {
    Dictionary parsed;
    skipSpaces();
    while (!failed() && !end()) {
        Member next = member();
        if (failed()) break;
        if (findMember(parsed, next.key)) fail("no key twice");
        if (parsed.size() == kMembersMax) fail("at most 16 members");
        parsed.push_back(std::move(next));
        skipOptionalWhiteSpace();
        if (failed() || end()) break;
        if (!take(',')) fail("a comma between members");
        skipOptionalWhiteSpace();
        if (end()) fail("a member behind the comma");
    }
    return parsed;
}

void append(std::string& out, const Parameters& parameters) {
    for (const auto& [key, value] : parameters) {
        out += ';';
        out += key;
        // A parameter that is true has no value in its text.
        if (const bool* flag = std::get_if<bool>(&value); flag && *flag) continue;
        out += '=';
        out += serialize(value);
    }
}

struct Serializer {
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(const Decimal& value) const { return value.text; }
    std::string operator()(const Token& value) const { return value.text; }
    std::string operator()(const ByteSequence& value) const {
        return ":" + base::toBase64(value.octets) + ":";
    }
    std::string operator()(bool value) const { return value ? "?1" : "?0"; }
    std::string operator()(const std::string& value) const {
        std::string text = "\"";
        for (const char c : value) {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
        return text += '"';
    }
};

}  // namespace

base::Result<Dictionary> parseDictionary(std::string_view field_name, std::string_view text) {
    const std::string name(field_name);
    if (text.size() > kFieldBytesMax) {
        return base::makePublicError(
            base::ErrorCode::SignatureMalformed, name + " is longer than 8192 bytes.",
            name + " 超过 8192 字节。"
        );
    }
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    Parser parser(text);
    Dictionary dictionary = parser.dictionary();
    if (parser.failed()) {
        const std::string at = std::to_string(parser.at());
        return base::makePublicError(
            base::ErrorCode::SignatureMalformed,
            name + " can't be read (RFC 8941): expected " + parser.expected() + " at byte " + at +
                ".",
            name + " 无法解析(RFC 8941):第 " + at + " 字节处格式有误(应为 " + parser.expected() +
                ")。"
        );
    }
    return dictionary;
}

const Member* findMember(const Dictionary& dictionary, std::string_view key) {
    for (const auto& member : dictionary) {
        if (member.key == key) return &member;
    }
    return nullptr;
}

const BareItem* findParameter(const Parameters& parameters, std::string_view key) {
    for (const auto& [name, value] : parameters) {
        if (name == key) return &value;
    }
    return nullptr;
}

std::string serialize(const BareItem& item) {
    return std::visit(Serializer{}, item);
}

std::string serialize(const Item& item) {
    std::string text = serialize(item.value);
    append(text, item.parameters);
    return text;
}

std::string serialize(const InnerList& list) {
    std::string text = "(";
    for (const auto& item : list.items) {
        if (text.size() > 1) text += ' ';
        text += serialize(item);
    }
    text += ')';
    append(text, list.parameters);
    return text;
}

}  // namespace yht::trust
