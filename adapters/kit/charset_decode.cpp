#include "adapters/kit/charset_decode.h"

#include <iconv.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "gateway/base/text.h"

namespace yht::kit {
namespace {

struct CharsetRow {
    const char* declared;  // upper case
    const char* name;      // as error texts say it
    const char* iconv_name;
    CharsetFamily family;
};

constexpr CharsetRow kCharsets[] = {
    {"UTF-8", "UTF-8", nullptr, CharsetFamily::Utf8},
    {"UTF8", "UTF-8", nullptr, CharsetFamily::Utf8},
    {"US-ASCII", "US-ASCII", "US-ASCII", CharsetFamily::SingleByte},
    {"ASCII", "US-ASCII", "US-ASCII", CharsetFamily::SingleByte},
    {"GBK", "GBK", "GBK", CharsetFamily::Gbk},
    {"CP936", "GBK", "GBK", CharsetFamily::Gbk},
    {"MS936", "GBK", "GBK", CharsetFamily::Gbk},
    {"WINDOWS-936", "GBK", "GBK", CharsetFamily::Gbk},
    {"GB2312", "GBK", "GBK", CharsetFamily::Gbk},
    {"GB_2312-80", "GBK", "GBK", CharsetFamily::Gbk},
    {"EUC-CN", "GBK", "GBK", CharsetFamily::Gbk},
    {"GB18030", "GB18030", "GB18030", CharsetFamily::Gb18030},
    {"BIG5", "BIG5", "BIG5", CharsetFamily::Big5},
    {"CP950", "BIG5", "BIG5", CharsetFamily::Big5},
    {"BIG5-HKSCS", "BIG5-HKSCS", "BIG5-HKSCS", CharsetFamily::Big5},
    {"UTF-16", "UTF-16", "UTF-16", CharsetFamily::Utf16},
    {"UTF-16LE", "UTF-16LE", "UTF-16LE", CharsetFamily::Utf16},
    {"UTF-16BE", "UTF-16BE", "UTF-16BE", CharsetFamily::Utf16},
    {"WINDOWS-1252", "WINDOWS-1252", "CP1252", CharsetFamily::SingleByte},
    {"CP1252", "WINDOWS-1252", "CP1252", CharsetFamily::SingleByte},
    {"ISO-8859-1", "ISO-8859-1", "ISO-8859-1", CharsetFamily::SingleByte},
};

constexpr std::size_t kPieceBytes = 16U << 10;
// In GBK so many characters of three bytes that are UTF-8 throughout, and nothing else above ASCII, are no Chinese: of a character's
// two bytes every third would have to be one of E0-EF, and every other one below C0.
constexpr std::size_t kForeignCharactersMin = 4;

unsigned char byteAt(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
}

std::string upper(std::string_view name) {
    std::string out(name);
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return out;
}

const CharsetRow* findCharset(std::string_view name) {
    const std::string wanted = upper(name);
    for (const CharsetRow& row : kCharsets) {
        if (wanted == row.declared) return &row;
    }
    return nullptr;
}

std::size_t asciiPrefix(std::string_view bytes) {
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, sizeof word);
        if ((word & 0x8080808080808080ULL) != 0) break;
    }
    while (at < bytes.size() && byteAt(bytes, at) < 0x80) ++at;
    return at;
}

bool isTrail(unsigned char c) {
    return c >= 0x80 && c <= 0xBF;
}

/// Bytes of the well-formed UTF-8 character at `at`; 0: malformed; -1: it goes on behind the end.
int utf8Character(std::string_view bytes, std::size_t at) {
    const unsigned char lead = byteAt(bytes, at);
    if (lead < 0x80) return 1;
    const int length = lead >= 0xC2 && lead <= 0xDF   ? 2
                       : lead >= 0xE0 && lead <= 0xEF ? 3
                       : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                      : 0;
    if (length == 0) return 0;
    if (at + 1 >= bytes.size()) return -1;
    const unsigned char second = byteAt(bytes, at + 1);
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) return 0;
    for (int i = 2; i < length; ++i) {
        if (at + static_cast<std::size_t>(i) >= bytes.size()) return -1;
        if (!isTrail(byteAt(bytes, at + static_cast<std::size_t>(i)))) return 0;
    }
    return length;
}

/// Where the first character of UTF-8 stands in bytes that are UTF-8 and nothing else; nullopt: they are not, or too few to tell.
std::optional<std::size_t> utf8Throughout(std::string_view bytes, std::size_t first) {
    std::size_t characters = 0;
    for (std::size_t at = first; at < bytes.size();) {
        const int length = utf8Character(bytes, at);
        if (length == 0) return std::nullopt;
        if (length < 0) break;  // it goes on behind the end
        characters += length == 3 ? 1 : 0;
        at += static_cast<std::size_t>(length);
    }
    return characters < kForeignCharactersMin ? std::nullopt : std::optional(first);
}

}  // namespace

struct CharsetDecoder::State {
    explicit State(const CharsetRow& of) : row(of), name(of.name) {
        if (row.iconv_name != nullptr) handle = ::iconv_open("UTF-8", row.iconv_name);
    }
    ~State() {
        if (opened()) ::iconv_close(handle);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    // iconv's own sign of failure is the descriptor -1.
    bool opened() const {
        return row.iconv_name != nullptr && reinterpret_cast<std::intptr_t>(handle) != -1;
    }

    Progress appendUtf8(std::string_view bytes, std::string& out) const;
    Progress appendByIconv(std::string_view bytes, std::string& out);
    Progress appendBig5(std::string_view bytes, std::string& out);

    const CharsetRow& row;
    std::string name;
    iconv_t handle = nullptr;
};

CharsetDecoder::Progress CharsetDecoder::State::appendUtf8(std::string_view bytes, std::string& out)
    const {
    std::size_t at = 0;
    Outcome outcome = Outcome::Whole;
    while (at < bytes.size()) {
        at += asciiPrefix(bytes.substr(at));
        if (at == bytes.size()) break;
        const int length = utf8Character(bytes, at);
        if (length <= 0) {
            outcome = length == 0 ? Outcome::Undecodable : Outcome::Incomplete;
            break;
        }
        at += static_cast<std::size_t>(length);
    }
    out.append(bytes.substr(0, at));
    return {outcome, at};
}

CharsetDecoder::Progress CharsetDecoder::State::appendByIconv(
    std::string_view bytes, std::string& out
) {
    ::iconv(handle, nullptr, nullptr, nullptr, nullptr);
    // iconv takes char* although it does not write there.
    char* from = const_cast<char*>(bytes.data());
    std::size_t left = bytes.size();
    std::array<char, kPieceBytes> piece;
    while (left > 0) {
        char* to = piece.data();
        std::size_t room = piece.size();
        const std::size_t result = ::iconv(handle, &from, &left, &to, &room);
        const int why = errno;
        out.append(piece.data(), piece.size() - room);
        if (result != static_cast<std::size_t>(-1) || why == E2BIG) continue;
        return {why == EINVAL ? Outcome::Incomplete : Outcome::Undecodable, bytes.size() - left};
    }
    return {Outcome::Whole, bytes.size()};
}

/// Character by character, because not every answer of iconv is taken.
CharsetDecoder::Progress CharsetDecoder::State::appendBig5(
    std::string_view bytes, std::string& out
) {
    for (std::size_t at = 0; at < bytes.size();) {
        const unsigned char lead = byteAt(bytes, at);
        if (lead < 0x80) {
            const std::size_t ascii = asciiPrefix(bytes.substr(at));
            out.append(bytes.substr(at, ascii));
            at += ascii;
            continue;
        }
        if (lead == 0x80 || lead == 0xFF) return {Outcome::Undecodable, at};
        if (at + 1 == bytes.size()) return {Outcome::Incomplete, at};
        std::string character;
        const Progress one = appendByIconv(bytes.substr(at, 2), character);
        const unsigned char first = byteAt(character, 0), second = byteAt(character, 1);
        const bool private_use = (first == 0xEE) || (first == 0xEF && second < 0xA4);
        if (one.outcome != Outcome::Whole || private_use) return {Outcome::Undecodable, at};
        out.append(character);
        at += 2;
    }
    return {Outcome::Whole, bytes.size()};
}

CharsetDecoder::CharsetDecoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
CharsetDecoder::~CharsetDecoder() = default;
CharsetDecoder::CharsetDecoder(CharsetDecoder&&) noexcept = default;
CharsetDecoder& CharsetDecoder::operator=(CharsetDecoder&&) noexcept = default;

base::Result<CharsetDecoder> CharsetDecoder::open(std::string_view name) {
    const CharsetRow* row = findCharset(name);
    if (row == nullptr) {
        std::string known;
        for (const CharsetRow& each : kCharsets) known += std::string(" ") + each.declared;
        return base::makeError(
            base::ErrorCode::ManifestInvalid,
            "charset " + std::string(name) + " is not known; known are" + known
        );
    }
    auto state = std::make_unique<State>(*row);
    if (row->iconv_name != nullptr && !state->opened()) {
        return base::makeError(
            base::ErrorCode::ManifestInvalid,
            std::string("this system's iconv does not have charset ") + row->iconv_name
        );
    }
    return CharsetDecoder(std::move(state));
}

CharsetFamily CharsetDecoder::family() const {
    return state_->row.family;
}
const std::string& CharsetDecoder::name() const {
    return state_->name;
}

CharsetDecoder::Progress CharsetDecoder::append(std::string_view bytes, std::string& utf8) {
    if (family() == CharsetFamily::Utf8) return state_->appendUtf8(bytes, utf8);
    if (family() == CharsetFamily::Big5) return state_->appendBig5(bytes, utf8);
    std::size_t ascii = 0;
    if (family() != CharsetFamily::Utf16) {
        ascii = asciiPrefix(bytes);
        utf8.append(bytes.substr(0, ascii));
        if (ascii == bytes.size()) return {Outcome::Whole, ascii};
    }
    Progress progress = state_->appendByIconv(bytes.substr(ascii), utf8);
    progress.consumed += ascii;
    return progress;
}

std::optional<std::size_t> CharsetDecoder::foreignText(std::string_view bytes) const {
    const bool chinese = family() == CharsetFamily::Gbk || family() == CharsetFamily::Gb18030 || family() == CharsetFamily::Big5;
    return chinese ? utf8Throughout(bytes, asciiPrefix(bytes)) : std::nullopt;
}

std::optional<std::size_t> CharsetDecoder::appendWhole(std::string_view bytes, std::string& utf8) {
    if (const auto foreign = foreignText(bytes)) {
        utf8.append(bytes.substr(0, *foreign));
        return foreign;
    }
    const Progress progress = append(bytes, utf8);
    if (progress.outcome == Outcome::Whole) return std::nullopt;
    return progress.consumed;
}

std::size_t CharsetDecoder::characterBytes(std::string_view bytes, std::size_t at) const {
    const unsigned char lead = byteAt(bytes, at), second = byteAt(bytes, at + 1);
    switch (family()) {
        case CharsetFamily::SingleByte:
            return 1;
        case CharsetFamily::Utf8: {
            const int length = utf8Character(bytes, at);
            return length <= 0 ? 1 : static_cast<std::size_t>(length);
        }
        case CharsetFamily::Utf16:
            return at + 1 < bytes.size() ? 2 : 1;
        case CharsetFamily::Gbk:
        case CharsetFamily::Gb18030:
        case CharsetFamily::Big5:
            break;
    }
    if (lead <= 0x80 || lead == 0xFF) return 1;
    if (second >= 0x40 && second != 0x7F && second != 0xFF) return 2;
    const bool four = family() == CharsetFamily::Gb18030 && second >= 0x30 && second <= 0x39 &&
                      byteAt(bytes, at + 2) >= 0x81 && byteAt(bytes, at + 2) != 0xFF &&
                      byteAt(bytes, at + 3) >= 0x30 && byteAt(bytes, at + 3) <= 0x39;
    return four ? 4 : 1;
}

std::optional<ByteOrderMark> byteOrderMarkOf(std::string_view message) {
    if (message.starts_with("\xEF\xBB\xBF")) return ByteOrderMark{"UTF-8", 3};
    if (message.starts_with("\xFF\xFE")) return ByteOrderMark{"UTF-16LE", 2};
    if (message.starts_with("\xFE\xFF")) return ByteOrderMark{"UTF-16BE", 2};
    return std::nullopt;
}

base::Result<MessageText> openMessageText(std::string_view message, std::string_view declared) {
    const auto mark = byteOrderMarkOf(message);
    if (!mark && upper(declared) == "UTF-16") {
        return base::makePublicError(
            base::ErrorCode::ItemUndecodable,
            "UTF-16 without a byte order mark: declare UTF-16LE or UTF-16BE.",
            "UTF-16 文本没有字节序标记,请声明 UTF-16LE 或 UTF-16BE。"
        );
    }
    auto charset = CharsetDecoder::open(mark ? mark->charset : declared);
    if (!charset) return std::move(charset).error();
    return MessageText{std::move(*charset), mark ? mark->bytes : 0};
}

base::Error undecodableByte(const std::string& charset, std::size_t offset) {
    const std::string at = std::to_string(offset);
    return base::makePublicError(
        base::ErrorCode::ItemUndecodable, "Byte " + at + " of the message is not " + charset + ".",
        "报文第 " + at + " 字节(从 0 起)不是合法的 " + charset + "。"
    );
}

}  // namespace yht::kit
