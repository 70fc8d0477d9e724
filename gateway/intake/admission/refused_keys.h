// Signatures of messages that were refused whole, for as long as such a signature can still be fresh. Nothing of them
// stands in the ledger, and what refused them may change (a ticket becomes known): without this memory a recorded
// request could be played back later, against a sender who was told that it did not count. In memory only: after
// a restart within that time a repeat is judged anew.
// Uses: base. Used by: admission.
#pragma once

#include <deque>
#include <mutex>
#include <unordered_set>

#include "gateway/base/bytes.h"

namespace yht::intake {

inline constexpr std::size_t kRefusedKeysMax = 65'536;     // beyond, the oldest are forgotten
inline constexpr std::int64_t kRefusedKeyAgeMillisMax = 660'000;  // created ±300 s, and a minute for clocks

/// Thread-safety: any thread.
class RefusedKeys {
public:
    /// `now_ms`: a steady clock's.
    void add(const base::Bytes& key, std::int64_t now_ms);
    bool contains(const base::Bytes& key, std::int64_t now_ms);

private:
    struct Aged {
        base::Bytes key;
        std::int64_t since_ms;
    };
    void forgetBefore(std::int64_t limit_ms);

    std::mutex mutex_;
    // Both protected by mutex_.
    std::deque<Aged> by_age_;
    std::unordered_set<base::Bytes> keys_;
};

}  // namespace yht::intake
