#include "gateway/base/random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>

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

namespace {

void fillFromKernel(char* to, std::size_t count) {
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got = ::getrandom(to + done, count - done, 0);
        if (got < 0 && errno == EINTR) continue;
        YHT_ASSERT(got > 0);
        done += static_cast<std::size_t>(got);
    }
}

/// A thread's stock: a record takes seven small portions, and a system call costs more than they do.
struct Stock {
    std::array<char, 1024> bytes;
    std::size_t left = 0;
    ~Stock() { ::explicit_bzero(bytes.data(), bytes.size()); }

    void take(char* to, std::size_t count) {
        if (left < count) {
            fillFromKernel(bytes.data(), bytes.size());
            left = bytes.size();
        }
        left -= count;
        std::memcpy(to, bytes.data() + left, count);
        ::explicit_bzero(bytes.data() + left, count);  // what was given is nowhere else
    }
};

}  // namespace

Bytes SystemRandom::bytes(std::size_t count) {
    thread_local Stock stock;
    Bytes out(count, '\0');
    if (count > stock.bytes.size() / 4) {
        fillFromKernel(out.data(), count);
    } else {
        stock.take(out.data(), count);
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
