// How far a text needs no escapes in JSON: readers and writers take such runs whole instead of byte by byte. Chinese
// characters are plain; a control character, a quote and a backslash are not. Uses: std. Used by: json, kit (json_stream).
#pragma once

#include <bit>
#include <cstddef>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace yht::json {

inline bool isPlain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

/// How many of the first bytes are plain.
inline std::size_t plainRun(const char* from, const char* end) {
    const char* at = from;
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes);
        const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(special, low)));
        if (found != 0) return static_cast<std::size_t>(at - from) + static_cast<std::size_t>(std::countr_zero(found));
    }
#endif
    while (at != end && isPlain(*at)) ++at;
    return static_cast<std::size_t>(at - from);
}

}  // namespace yht::json
