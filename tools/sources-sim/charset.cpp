#include "tools/sources-sim/charset.h"

#include <iconv.h>

namespace yht::sources_sim {
namespace {

constexpr std::size_t kGrowthMax = 4;

std::optional<std::string> converted(const char* to, const char* from, std::string_view bytes) {
    const iconv_t converter = ::iconv_open(to, from);
    if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
    std::string in(bytes), out(bytes.size() * kGrowthMax + kGrowthMax, '\0');
    char* begin = in.data();
    char* end = out.data();
    std::size_t in_left = in.size(), out_left = out.size();
    const std::size_t done = ::iconv(converter, &begin, &in_left, &end, &out_left);
    ::iconv_close(converter);
    if (done == static_cast<std::size_t>(-1)) return std::nullopt;
    out.resize(out.size() - out_left);
    return out;
}

}  // namespace

std::optional<std::string> inGbk(std::string_view utf8) { return converted("GB18030", "UTF-8", utf8); }
std::optional<std::string> fromGbk(std::string_view bytes) { return converted("UTF-8", "GB18030", bytes); }

}  // namespace yht::sources_sim
