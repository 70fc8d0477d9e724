#include "gateway/base/random.h"

#include <sys/random.h>

#include <cerrno>

#include "gateway/base/assert.h"

namespace yht::base {

std::uint64_t Random::below(std::uint64_t bound) {
    YHT_ASSERT(bound > 0);
    // Values from the incomplete last range are thrown away, so that no remainder is favoured.
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    for (;;) {
        const Bytes raw = bytes(8);
        const std::uint64_t value = ByteReader(raw).u64();
        if (value < limit) return value % bound;
    }
}

Bytes SystemRandom::bytes(std::size_t count) {
    Bytes out(count, '\0');
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got = ::getrandom(out.data() + done, count - done, 0);
        if (got < 0 && errno == EINTR) continue;
        YHT_ASSERT(got > 0);
        done += static_cast<std::size_t>(got);
    }
    return out;
}

Bytes SeededRandom::bytes(std::size_t count) {
    const std::lock_guard lock(mutex_);
    Bytes out;
    while (out.size() < count) appendU64(out, engine_());
    out.resize(count);
    return out;
}

}  // namespace yht::base
