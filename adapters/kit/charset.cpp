#include "adapters/kit/charset.h"

#include <iconv.h>

#include <array>
#include <cerrno>

namespace yht::kit {
namespace {

constexpr char32_t kAstralProbe = 0x20000;  // 𠀀, CJK extension B
constexpr std::size_t kEncodedCharacterMax = 8;

/// An iconv descriptor, closed with its owner. One thread at a time.
class Converter {
public:
    Converter(const char* to, const char* from) : handle_(::iconv_open(to, from)) {}
    ~Converter() {
        if (ok()) ::iconv_close(handle_);
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;
    // iconv's own sign of failure is the descriptor -1.
    bool ok() const { return reinterpret_cast<std::intptr_t>(handle_) != -1; }

    /// The whole input, or false at the first character that does not convert.
    bool convert(std::string_view input, std::string& out) {
        ::iconv(handle_, nullptr, nullptr, nullptr, nullptr);
        char* from = const_cast<char*>(input.data());
        std::size_t from_left = input.size();
        std::array<char, 4096> buffer{};
        while (from_left > 0) {
            char* to = buffer.data();
            std::size_t to_left = buffer.size();
            const std::size_t irreversible = ::iconv(handle_, &from, &from_left, &to, &to_left);
            out.append(buffer.data(), buffer.size() - to_left);
            if (irreversible == static_cast<std::size_t>(-1) && errno != E2BIG) return false;
            if (irreversible != static_cast<std::size_t>(-1) && irreversible > 0) return false;
        }
        return true;
    }

private:
    iconv_t handle_;
};

std::string utf8Of(char32_t c) {
    std::string out;
    if (c < 0x80) {
        out.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
        out.push_back(static_cast<char>(0xC0 | (c >> 6)));
        out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        out.push_back(static_cast<char>(0xE0 | (c >> 12)));
        out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    } else {
        out.push_back(static_cast<char>(0xF0 | (c >> 18)));
        out.push_back(static_cast<char>(0x80 | ((c >> 12) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
        out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    }
    return out;
}

std::uint8_t encodedBytes(Converter& converter, char32_t c) {
    std::string out;
    if (!converter.convert(utf8Of(c), out) || out.size() > kEncodedCharacterMax) return 0;
    return static_cast<std::uint8_t>(out.size());
}

base::Error unusable(const std::string& name, const char* why) {
    return base::makeError(base::ErrorCode::ProfileInvalid, "charset " + name + ": " + why);
}

}  // namespace

base::Result<std::shared_ptr<const Charset>> Charset::load(const std::string& name) {
    Converter converter(name.c_str(), "UTF-8");
    if (!converter.ok()) return unusable(name, "iconv does not know it");
    std::string once, twice;
    if (!converter.convert("A", once) || once != "A")
        return unusable(name, "ASCII must be one byte each");
    // A charset with shift states writes something else for two than twice what it writes for one.
    once.clear();
    if (!converter.convert("中", once) || !converter.convert("中中", twice) ||
        twice != once + once) {
        return unusable(name, "it has shift states, or no Chinese characters");
    }
    std::shared_ptr<Charset> charset(new Charset);
    charset->name_ = name;
    for (char32_t c = 0; c < charset->bytes_.size(); ++c) {
        const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        charset->bytes_[c] = surrogate ? 0 : c < 0x80 ? 1 : encodedBytes(converter, c);
    }
    charset->astral_bytes_ = encodedBytes(converter, kAstralProbe);
    return std::shared_ptr<const Charset>(std::move(charset));
}

std::size_t Charset::bytesOfText(std::string_view text) const {
    std::size_t bytes = 0;
    for (std::size_t at = 0; at < text.size();) bytes += bytesOf(nextCodePoint(text, at));
    return bytes;
}

FittedText fitText(std::string_view text, const FitRules& rules, std::string& owned) {
    FittedText fitted;
    const std::size_t substitute_bytes = rules.charset->bytesOfText(rules.substitute);
    std::size_t used = 0, copied_to = 0, at = 0;
    bool changed = false;
    const auto replace = [&](std::size_t from, std::size_t to, std::string_view with) {
        if (!changed) owned.clear();
        changed = true;
        owned.append(text.substr(copied_to, from - copied_to));
        owned.append(with);
        copied_to = to;
    };
    while (at < text.size()) {
        const std::size_t from = at;
        const char32_t c = nextCodePoint(text, at);
        if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
        const std::uint8_t own_bytes = rules.charset->bytesOf(c);
        const std::size_t bytes = own_bytes == 0 ? substitute_bytes : own_bytes;
        if (rules.bytes_max > 0 && used + bytes > rules.bytes_max) {
            at = from;
            break;
        }
        used += bytes;
        if (c == '\r') replace(from, at, "\n");
        if (own_bytes == 0) {
            replace(from, at, rules.substitute);
            ++fitted.substituted;
        }
    }
    fitted.rest = text.substr(at);
    if (changed) {
        owned.append(text.substr(copied_to, at - copied_to));
        fitted.text = owned;
    } else {
        fitted.text = text.substr(0, at);
    }
    return fitted;
}

}  // namespace yht::kit
