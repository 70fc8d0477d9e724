// Lua's patterns (reference manual 5.4, section 6.4.1) with a bound on the work: Lua's own matcher
// can't be interrupted, and a pattern of a few characters keeps it busy for years. Bytes, as in
// Lua; classes are those of the C locale. Uses: std. Used by: function_library.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace yht::kit {

/// One match of one pattern. One thread, one use.
class LuaPattern {
public:
    static constexpr int kCapturesMax = 32;
    static constexpr int kDepthMax = 200;

    enum class Fault : std::uint8_t { None, Malformed, TooComplex, TooMuchWork };
    struct Capture {
        const char* begin;
        std::ptrdiff_t length;  // kPosition: its value is the place, from 1
    };
    static constexpr std::ptrdiff_t kPosition = -2;

    /// `work` is what may be spent; what is left stands in workLeft(). `pattern` without its
    /// leading "^".
    LuaPattern(std::string_view subject, std::string_view pattern, std::int64_t work)
        : subject_(subject),
          begin_(pattern.data()),
          end_(pattern.data() + pattern.size()),
          work_(work) {}

    /// Matches at `at` exactly. The end of the match; nullptr where there is none, or a fault.
    const char* matchAt(const char* at);
    Fault fault() const { return fault_; }
    std::int64_t workLeft() const { return work_; }
    int captureCount() const { return level_; }
    const Capture& capture(int index) const { return captures_[static_cast<std::size_t>(index)]; }

private:
    static constexpr std::ptrdiff_t kOpen = -1;

    const char* run(const char* s, const char* p);
    const char* step(const char* s, const char* p);
    const char* expandMost(const char* s, const char* p, const char* after);
    const char* expandLeast(const char* s, const char* p, const char* after);
    const char* openCapture(const char* s, const char* p, std::ptrdiff_t what);
    const char* closeCapture(const char* s, const char* p);
    const char* balanced(const char* s, const char* p);
    const char* repeated(const char* s, char digit);
    bool frontier(const char* s, const char* set, const char* after);
    const char* classEnd(const char* p);
    bool single(const char* s, const char* p, const char* after);
    bool inSet(unsigned char c, const char* p, const char* last);
    bool charge() { return --work_ > 0 || fail(Fault::TooMuchWork); }
    bool fail(Fault fault) {
        fault_ = fault;
        return false;
    }
    const char* subjectEnd() const { return subject_.data() + subject_.size(); }

    const std::string_view subject_;
    const char* const begin_;
    const char* const end_;
    std::int64_t work_;
    Fault fault_ = Fault::None;
    int level_ = 0, depth_ = 0;
    std::array<Capture, kCapturesMax> captures_;  // the first level_ are set: a search begins at every byte
};

}  // namespace yht::kit
