#include "adapters/kit/charset_encode.h"

#include <iconv.h>

#include <algorithm>
#include <cctype>
#include <cerrno>

namespace yht::kit {
namespace {

constexpr char kSubstitute = '?';

/// Closes what iconv_open() gave.
class Converter {
public:
    explicit Converter(const std::string& to) : handle_(::iconv_open(to.c_str(), "UTF-8")) {}
    ~Converter() {
        if (open()) ::iconv_close(handle_);
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;
    bool open() const { return handle_ != reinterpret_cast<iconv_t>(-1); }
    std::size_t run(char** in, std::size_t* in_left, char** out, std::size_t* out_left) {
        return ::iconv(handle_, in, in_left, out, out_left);
    }

private:
    iconv_t handle_;
};

bool isUtf8(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
    return name == "UTF-8" || name == "UTF8";
}

/// Bytes of the character at the start of well-formed UTF-8.
std::size_t characterBytes(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

}  // namespace

base::Result<std::string> encodeCharset(std::string_view utf8, const std::string& name) {
    if (isUtf8(name)) return std::string(utf8);
    Converter converter(name);
    if (!converter.open()) {
        return base::makeError(base::ErrorCode::ManifestInvalid, "there is no charset " + name);
    }
    std::string text(utf8), out;
    char* in = text.data();
    std::size_t in_left = text.size();
    char buffer[4096];
    while (in_left > 0) {
        char* to = buffer;
        std::size_t to_left = sizeof buffer;
        const auto done = converter.run(&in, &in_left, &to, &to_left);
        const int why = errno;
        out.append(buffer, static_cast<std::size_t>(to - buffer));
        if (done != static_cast<std::size_t>(-1) || why == E2BIG) continue;
        const std::size_t skipped = std::min(characterBytes(*in), in_left);
        in += skipped;
        in_left -= skipped;
        out += kSubstitute;
    }
    return out;
}

}  // namespace yht::kit
