// What a fuzz target claims of every input: a broken claim stops the program, under libFuzzer and in a replay alike.
// Uses: std. Used by: the fuzz targets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#define FUZZ_CLAIM(condition)                                                            \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                \
        }                                                                                \
    } while (false)

/// What libFuzzer, or replay_main, calls with each input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace yht::fuzz {

inline std::string_view viewOf(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// The first byte of an input, which chooses one of the target's ways; it is taken off.
inline unsigned takeChoice(std::string_view& input) {
    if (input.empty()) return 0;
    const auto choice = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    return choice;
}

}  // namespace yht::fuzz
