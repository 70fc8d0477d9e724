#include "adapters/kit/inbound/lua_pattern.h"

#include <algorithm>
#include <cstring>

namespace yht::kit {
namespace {

bool between(unsigned char c, char low, char high) {
    return c >= static_cast<unsigned char>(low) && c <= static_cast<unsigned char>(high);
}

/// Classes of the C locale: "%a" and its like; a capital letter is the complement. Other characters
/// stand for themselves.
bool inClass(unsigned char c, char name) {
    const bool letter = between(c, 'a', 'z') || between(c, 'A', 'Z');
    const bool digit = between(c, '0', '9');
    const bool visible = c > ' ' && c < 0x7F;
    bool in = false;
    switch (name | 0x20) {
        case 'a':
            in = letter;
            break;
        case 'c':
            in = c < ' ' || c == 0x7F;
            break;
        case 'd':
            in = digit;
            break;
        case 'g':
            in = visible;
            break;
        case 'l':
            in = between(c, 'a', 'z');
            break;
        case 'p':
            in = visible && !letter && !digit;
            break;
        case 's':
            in = c == ' ' || (c >= '\t' && c <= '\r');
            break;
        case 'u':
            in = between(c, 'A', 'Z');
            break;
        case 'w':
            in = letter || digit;
            break;
        case 'x':
            in = digit || between(c, 'a', 'f') || between(c, 'A', 'F');
            break;
        default:
            return static_cast<unsigned char>(name) == c;
    }
    return between(static_cast<unsigned char>(name), 'A', 'Z') ? !in : in;
}

}  // namespace

const char* LuaPattern::matchAt(const char* at) {
    level_ = 0;
    const char* end = run(at, begin_);
    if (end == nullptr || fault_ != Fault::None) return nullptr;
    for (int i = 0; i < level_; ++i) {
        if (capture(i).length == kOpen) return fail(Fault::Malformed), nullptr;
    }
    return end;
}

const char* LuaPattern::run(const char* s, const char* p) {
    if (++depth_ > kDepthMax) return fail(Fault::TooComplex), nullptr;
    const char* end = step(s, p);
    --depth_;
    return fault_ == Fault::None ? end : nullptr;
}

const char* LuaPattern::step(const char* s, const char* p) {
    while (p != end_) {
        if (!charge()) return nullptr;
        if (*p == '(') {
            const bool position = p + 1 != end_ && p[1] == ')';
            return position ? openCapture(s, p + 2, kPosition) : openCapture(s, p + 1, kOpen);
        }
        if (*p == ')') return closeCapture(s, p + 1);
        if (*p == '$' && p + 1 == end_) return s == subjectEnd() ? s : nullptr;
        if (*p == '%' && p + 1 != end_) {
            const char kind = p[1];
            if (kind == 'b') {
                s = balanced(s, p + 2);
                if (s == nullptr) return nullptr;
                p += 4;
                continue;
            }
            if (kind == 'f') {
                if (p + 2 == end_ || p[2] != '[') return fail(Fault::Malformed), nullptr;
                const char* after = classEnd(p + 2);
                if (after == nullptr || !frontier(s, p + 2, after)) return nullptr;
                p = after;
                continue;
            }
            if (between(static_cast<unsigned char>(kind), '0', '9')) {
                s = repeated(s, kind);
                if (s == nullptr) return nullptr;
                p += 2;
                continue;
            }
        }
        const char* after = classEnd(p);
        if (after == nullptr) return nullptr;
        const char quantifier = after != end_ ? *after : '\0';
        if (quantifier == '?') {
            if (single(s, p, after)) {
                const char* end = run(s + 1, after + 1);
                if (end != nullptr || fault_ != Fault::None) return end;
            }
            p = after + 1;
        } else if (quantifier == '*') {
            return expandMost(s, p, after);
        } else if (quantifier == '+') {
            return single(s, p, after) ? expandMost(s + 1, p, after) : nullptr;
        } else if (quantifier == '-') {
            return expandLeast(s, p, after);
        } else {
            if (!single(s, p, after)) return nullptr;
            ++s;
            p = after;
        }
    }
    return s;
}

const char* LuaPattern::expandMost(const char* s, const char* p, const char* after) {
    std::ptrdiff_t count = 0;
    while (single(s + count, p, after)) {
        if (!charge()) return nullptr;
        ++count;
    }
    for (; count >= 0; --count) {
        const char* end = run(s + count, after + 1);
        if (end != nullptr || fault_ != Fault::None) return end;
    }
    return nullptr;
}

const char* LuaPattern::expandLeast(const char* s, const char* p, const char* after) {
    for (;; ++s) {
        const char* end = run(s, after + 1);
        if (end != nullptr || fault_ != Fault::None) return end;
        if (!single(s, p, after)) return nullptr;
    }
}

const char* LuaPattern::openCapture(const char* s, const char* p, std::ptrdiff_t what) {
    if (level_ >= kCapturesMax) return fail(Fault::TooComplex), nullptr;
    captures_[static_cast<std::size_t>(level_++)] = {s, what};
    const char* end = run(s, p);
    if (end == nullptr) --level_;
    return end;
}

const char* LuaPattern::closeCapture(const char* s, const char* p) {
    int open = level_ - 1;
    while (open >= 0 && capture(open).length != kOpen) --open;
    if (open < 0) return fail(Fault::Malformed), nullptr;
    Capture& own = captures_[static_cast<std::size_t>(open)];
    own.length = s - own.begin;
    const char* end = run(s, p);
    if (end == nullptr) own.length = kOpen;
    return end;
}

const char* LuaPattern::balanced(const char* s, const char* p) {
    if (end_ - p < 2) return fail(Fault::Malformed), nullptr;
    if (s == subjectEnd() || *s != p[0]) return nullptr;
    for (std::ptrdiff_t nesting = 1; ++s != subjectEnd();) {
        if (!charge()) return nullptr;
        if (*s == p[1]) {
            if (--nesting == 0) return s + 1;
        } else if (*s == p[0]) {
            ++nesting;
        }
    }
    return nullptr;
}

const char* LuaPattern::repeated(const char* s, char digit) {
    const int index = digit - '1';
    if (index < 0 || index >= level_ || capture(index).length < 0)
        return fail(Fault::Malformed), nullptr;
    const Capture& own = capture(index);
    work_ -= own.length / 16;
    if (subjectEnd() - s < own.length) return nullptr;
    const auto length = static_cast<std::size_t>(own.length);
    return std::memcmp(s, own.begin, length) == 0 ? s + own.length : nullptr;
}

bool LuaPattern::frontier(const char* s, const char* set, const char* after) {
    const unsigned char before = s == subject_.data() ? '\0' : static_cast<unsigned char>(s[-1]);
    const unsigned char here = s == subjectEnd() ? '\0' : static_cast<unsigned char>(*s);
    return !inSet(before, set, after - 1) && inSet(here, set, after - 1);
}

/// Behind the single character class that begins at `p`; nullptr where it has no end.
const char* LuaPattern::classEnd(const char* p) {
    if (*p == '%') {
        if (p + 1 == end_) return fail(Fault::Malformed), nullptr;
        return p + 2;
    }
    if (*p != '[') return p + 1;
    const char* at = p + 1;
    if (at != end_ && *at == '^') ++at;
    // A "]" that comes first is one of the set.
    for (bool first = true; at != end_ && (first || *at != ']'); first = false) {
        if (*at == '%' && at + 1 != end_) ++at;
        ++at;
    }
    if (at == end_) return fail(Fault::Malformed), nullptr;
    return at + 1;
}

bool LuaPattern::single(const char* s, const char* p, const char* after) {
    if (s >= subjectEnd()) return false;
    const auto c = static_cast<unsigned char>(*s);
    switch (*p) {
        case '.':
            return true;
        case '%':
            return inClass(c, p[1]);
        case '[':
            return inSet(c, p, after - 1);
        default:
            return static_cast<unsigned char>(*p) == c;
    }
}

/// `p` is the set's "[", `last` its "]".
bool LuaPattern::inSet(unsigned char c, const char* p, const char* last) {
    work_ -= (last - p) / 8;
    bool in = true;
    if (*++p == '^') {
        in = false;
        ++p;
    }
    for (; p < last; ++p) {
        if (*p == '%' && p + 1 < last) {
            if (inClass(c, *++p)) return in;
        } else if (p + 2 < last && p[1] == '-') {
            if (between(c, p[0], p[2])) return in;
            p += 2;
        } else if (static_cast<unsigned char>(*p) == c) {
            return in;
        }
    }
    return !in;
}

}  // namespace yht::kit
