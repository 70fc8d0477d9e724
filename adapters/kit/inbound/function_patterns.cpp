// string.find, match, gmatch and gsub: Lua's own can't be interrupted, these are over LuaPattern,
// which can.
#include <algorithm>
#include <string_view>

#include "adapters/kit/inbound/function_library.h"
#include "adapters/kit/inbound/lua_pattern.h"

namespace yht::kit {
namespace {

struct Search {
    const char* subject;
    std::size_t subject_bytes;
    const char* pattern;
    std::size_t pattern_bytes;
    bool anchored;
};

Search searchOf(lua_State* L, int subject, int pattern) {
    Search s{};
    s.subject = luaL_checklstring(L, subject, &s.subject_bytes);
    s.pattern = luaL_checklstring(L, pattern, &s.pattern_bytes);
    s.anchored = s.pattern_bytes > 0 && *s.pattern == '^';
    if (s.anchored) ++s.pattern, --s.pattern_bytes;
    return s;
}

/// The first match at or behind `at`; nullptr where there is none. LuaPattern owns nothing, so
/// errors may leave.
const char* findFrom(
    lua_State* L, const Search& s, const char* at, LuaPattern& match, const char*& end
) {
    for (;; ++at) {
        end = match.matchAt(at);
        budgetOf(L).steps_left = match.workLeft();
        switch (match.fault()) {
            case LuaPattern::Fault::None:
                break;
            case LuaPattern::Fault::Malformed:
                luaL_error(L, "malformed pattern");
                break;
            case LuaPattern::Fault::TooComplex:
                luaL_error(L, "pattern too complex");
                break;
            case LuaPattern::Fault::TooMuchWork:
                charge(L, 1);
                break;
        }
        if (end != nullptr) return at;
        if (s.anchored || at == s.subject + s.subject_bytes) return nullptr;
    }
}

LuaPattern patternOf(lua_State* L, const Search& s) {
    return LuaPattern(
        {s.subject, s.subject_bytes}, {s.pattern, s.pattern_bytes}, budgetOf(L).steps_left
    );
}

void pushCapture(
    lua_State* L, const Search& s, const LuaPattern& match, int index, const char* at,
    const char* end
) {
    if (match.captureCount() == 0) {
        lua_pushlstring(L, at, static_cast<std::size_t>(end - at));
        return;
    }
    const auto& own = match.capture(index);
    if (own.length == LuaPattern::kPosition)
        lua_pushinteger(L, own.begin - s.subject + 1);
    else
        lua_pushlstring(L, own.begin, static_cast<std::size_t>(own.length));
}

int pushCaptures(
    lua_State* L, const Search& s, const LuaPattern& match, const char* at, const char* end
) {
    const int count = std::max(1, match.captureCount());
    luaL_checkstack(L, count, "too many captures");
    for (int i = 0; i < count; ++i) pushCapture(L, s, match, i, at, end);
    return count;
}

/// A Lua position (from 1, negative from the end) as an offset.
std::size_t offsetOf(lua_Integer position, std::size_t bytes) {
    if (position > 0)
        return std::min<std::size_t>(static_cast<std::size_t>(position) - 1, bytes + 1);
    if (position == 0) return 0;
    const auto back = static_cast<std::size_t>(-(position + 1)) + 1;
    return back > bytes ? 0 : bytes - back;
}

int findOrMatch(lua_State* L, bool find) {
    const Search s = searchOf(L, 1, 2);
    const std::size_t from = offsetOf(luaL_optinteger(L, 3, 1), s.subject_bytes);
    if (from > s.subject_bytes) {
        lua_pushnil(L);
        return 1;
    }
    if (find && lua_toboolean(L, 4) != 0) {
        std::size_t plain_bytes = 0;
        const char* plain = lua_tolstring(L, 2, &plain_bytes);
        charge(L, static_cast<std::int64_t>(s.subject_bytes / kBytesPerStep + 1));
        const auto place =
            std::string_view(s.subject, s.subject_bytes).find({plain, plain_bytes}, from);
        if (place == std::string_view::npos) {
            lua_pushnil(L);
            return 1;
        }
        lua_pushinteger(L, static_cast<lua_Integer>(place) + 1);
        lua_pushinteger(L, static_cast<lua_Integer>(place + plain_bytes));
        return 2;
    }
    LuaPattern match = patternOf(L, s);
    const char* end = nullptr;
    const char* at = findFrom(L, s, s.subject + from, match, end);
    if (at == nullptr) {
        lua_pushnil(L);
        return 1;
    }
    if (!find) return pushCaptures(L, s, match, at, end);
    lua_pushinteger(L, at - s.subject + 1);
    lua_pushinteger(L, end - s.subject);
    return 2 + (match.captureCount() == 0 ? 0 : pushCaptures(L, s, match, at, end));
}

int stringFind(lua_State* L) {
    return findOrMatch(L, true);
}
int stringMatch(lua_State* L) {
    return findOrMatch(L, false);
}

/// Upvalues: subject, pattern, where to go on (-1: ended), end of the last match.
int nextMatch(lua_State* L) {
    const Search s = searchOf(L, lua_upvalueindex(1), lua_upvalueindex(2));
    lua_Integer from = lua_tointeger(L, lua_upvalueindex(3));
    const lua_Integer last_end = lua_tointeger(L, lua_upvalueindex(4));
    while (from >= 0 && from <= static_cast<lua_Integer>(s.subject_bytes)) {
        LuaPattern match = patternOf(L, s);
        const char* end = nullptr;
        const char* at = findFrom(L, s, s.subject + from, match, end);
        if (at == nullptr) break;
        const lua_Integer stop = end - s.subject;
        if (stop == last_end && at == end) {  // the empty match right behind the last one
            ++from;
            continue;
        }
        lua_pushinteger(L, stop);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return pushCaptures(L, s, match, at, end);
    }
    lua_pushinteger(L, -1);
    lua_replace(L, lua_upvalueindex(3));
    lua_pushnil(L);
    return 1;
}

int stringGmatch(lua_State* L) {
    luaL_checkstring(L, 1);
    luaL_checkstring(L, 2);
    lua_settop(L, 2);
    lua_pushinteger(L, 0);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, nextMatch, 4);
    return 1;
}

/// Adds what a replacement text says: %0 to %9 are captures, %% is "%".
void addTemplate(
    lua_State* L, luaL_Buffer* out, const Search& s, const LuaPattern& match, const char* at,
    const char* end
) {
    std::size_t bytes = 0;
    const char* text = lua_tolstring(L, 3, &bytes);
    for (std::size_t i = 0; i < bytes; ++i) {
        if (text[i] != '%') {
            luaL_addchar(out, text[i]);
            continue;
        }
        ++i;
        if (i < bytes && text[i] == '%') {
            luaL_addchar(out, '%');
        } else if (i < bytes && text[i] == '0') {
            luaL_addlstring(out, at, static_cast<std::size_t>(end - at));
        } else if (i < bytes && text[i] >= '1' && text[i] <= '9') {
            const int index = text[i] - '1';
            if (index >= std::max(1, match.captureCount()))
                luaL_error(L, "invalid capture in replacement");
            pushCapture(L, s, match, index, at, end);
            luaL_tolstring(L, -1, nullptr);
            lua_remove(L, -2);
            luaL_addvalue(out);
        } else {
            luaL_error(L, "invalid use of '%' in replacement");
        }
    }
}

void addReplacement(
    lua_State* L, luaL_Buffer* out, const Search& s, const LuaPattern& match, const char* at,
    const char* end
) {
    const int kind = lua_type(L, 3);
    if (kind == LUA_TSTRING || kind == LUA_TNUMBER) return addTemplate(L, out, s, match, at, end);
    if (kind == LUA_TTABLE) {
        pushCapture(L, s, match, 0, at, end);
        lua_rawget(L, 3);
    } else {
        lua_pushvalue(L, 3);
        const int count = pushCaptures(L, s, match, at, end);
        lua_call(L, count, 1);
    }
    if (lua_toboolean(L, -1) == 0) {
        lua_pop(L, 1);
        luaL_addlstring(out, at, static_cast<std::size_t>(end - at));
        return;
    }
    if (lua_isstring(L, -1) == 0) luaL_error(L, "invalid replacement value");
    luaL_addvalue(out);
}

int stringGsub(lua_State* L) {
    const Search s = searchOf(L, 1, 2);
    const int kind = lua_type(L, 3);
    const bool fits =
        kind == LUA_TSTRING || kind == LUA_TNUMBER || kind == LUA_TTABLE || kind == LUA_TFUNCTION;
    luaL_argcheck(L, fits, 3, "string, function or table expected");
    const lua_Integer most = luaL_optinteger(L, 4, static_cast<lua_Integer>(s.subject_bytes) + 1);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    const char* at = s.subject;
    const char* const stop = s.subject + s.subject_bytes;
    lua_Integer count = 0;
    while (count < most) {
        LuaPattern match = patternOf(L, s);
        const char* end = match.matchAt(at);
        budgetOf(L).steps_left = match.workLeft();
        charge(L, 1);
        if (match.fault() != LuaPattern::Fault::None)
            luaL_error(L, "malformed or too complex pattern");
        if (end != nullptr) {
            ++count;
            addReplacement(L, &out, s, match, at, end);
        }
        if (end != nullptr && end > at)
            at = end;
        else if (at < stop)
            luaL_addchar(&out, *at++);
        else
            break;
        if (s.anchored) break;
    }
    luaL_addlstring(&out, at, static_cast<std::size_t>(stop - at));
    luaL_pushresult(&out);
    lua_pushinteger(L, count);
    return 2;
}

}  // namespace

void addPatternFunctions(lua_State* L) {
    const luaL_Reg own[] = {
        {"find", stringFind},
        {"match", stringMatch},
        {"gmatch", stringGmatch},
        {"gsub", stringGsub},
        {nullptr, nullptr}};
    luaL_setfuncs(L, own, 0);
}

}  // namespace yht::kit
