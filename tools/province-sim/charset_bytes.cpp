#include "tools/province-sim/charset_bytes.h"

#include <iconv.h>

#include <cerrno>

#include <stdexcept>
#include <string>

namespace yht::province_sim {

namespace {

/// Opening costs more than converting.
class Converter {
public:
    explicit Converter(const char* charset) : handle_(iconv_open(charset, "UTF-8")) {
        if (handle_ == reinterpret_cast<iconv_t>(-1)) throw std::runtime_error(std::string("iconv has no ") + charset);
    }
    ~Converter() { iconv_close(handle_); }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    std::optional<std::size_t> bytes(std::string_view utf8) {
        iconv(handle_, nullptr, nullptr, nullptr, nullptr);
        char buffer[1024];
        char* in = const_cast<char*>(utf8.data());
        std::size_t in_left = utf8.size(), total = 0;
        while (in_left > 0) {
            char* out = buffer;
            std::size_t out_left = sizeof buffer;
            const std::size_t result = iconv(handle_, &in, &in_left, &out, &out_left);
            total += sizeof buffer - out_left;
            // A full buffer is the only error after which going on makes sense.
            if (result == static_cast<std::size_t>(-1) && errno != E2BIG) return std::nullopt;
        }
        return total;
    }

private:
    iconv_t handle_;
};

}  // namespace

std::optional<std::size_t> gbkBytes(std::string_view utf8) {
    thread_local Converter converter("GBK");
    return converter.bytes(utf8);
}

std::optional<std::size_t> gb18030Bytes(std::string_view utf8) {
    thread_local Converter converter("GB18030");
    return converter.bytes(utf8);
}

}  // namespace yht::province_sim
