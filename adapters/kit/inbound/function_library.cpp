#include "adapters/kit/inbound/function_library.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "adapters/kit/inbound/lua_pattern.h"

namespace yht::kit {
namespace {

constexpr std::size_t kBytesPerStep = 64;
constexpr std::size_t kEntriesPerStep = 8;

// ---- patterns: Lua's own functions over a matcher that can be stopped

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

/// The first match at or behind `at`; nullptr where there is none. LuaPattern owns nothing, so errors may leave.
const char* findFrom(lua_State* L, const Search& s, const char* at, LuaPattern& match, const char*& end) {
    for (;; ++at) {
        end = match.matchAt(at);
        budgetOf(L).steps_left = match.workLeft();
        switch (match.fault()) {
            case LuaPattern::Fault::None: break;
            case LuaPattern::Fault::Malformed: luaL_error(L, "malformed pattern"); break;
            case LuaPattern::Fault::TooComplex: luaL_error(L, "pattern too complex"); break;
            case LuaPattern::Fault::TooMuchWork: charge(L, 1); break;
        }
        if (end != nullptr) return at;
        if (s.anchored || at == s.subject + s.subject_bytes) return nullptr;
    }
}

LuaPattern patternOf(lua_State* L, const Search& s) {
    return LuaPattern({s.subject, s.subject_bytes}, {s.pattern, s.pattern_bytes}, budgetOf(L).steps_left);
}

void pushCapture(lua_State* L, const Search& s, const LuaPattern& match, int index, const char* at, const char* end) {
    if (match.captureCount() == 0) {
        lua_pushlstring(L, at, static_cast<std::size_t>(end - at));
        return;
    }
    const auto& own = match.capture(index);
    if (own.length == LuaPattern::kPosition) lua_pushinteger(L, own.begin - s.subject + 1);
    else lua_pushlstring(L, own.begin, static_cast<std::size_t>(own.length));
}

int pushCaptures(lua_State* L, const Search& s, const LuaPattern& match, const char* at, const char* end) {
    const int count = std::max(1, match.captureCount());
    luaL_checkstack(L, count, "too many captures");
    for (int i = 0; i < count; ++i) pushCapture(L, s, match, i, at, end);
    return count;
}

/// A Lua position (from 1, negative from the end) as an offset.
std::size_t offsetOf(lua_Integer position, std::size_t bytes) {
    if (position > 0) return std::min<std::size_t>(static_cast<std::size_t>(position) - 1, bytes + 1);
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
        const auto place = std::string_view(s.subject, s.subject_bytes).find({plain, plain_bytes}, from);
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
void addTemplate(lua_State* L, luaL_Buffer* out, const Search& s, const LuaPattern& match, const char* at, const char* end) {
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
            if (index >= std::max(1, match.captureCount())) luaL_error(L, "invalid capture in replacement");
            pushCapture(L, s, match, index, at, end);
            luaL_tolstring(L, -1, nullptr);
            lua_remove(L, -2);
            luaL_addvalue(out);
        } else {
            luaL_error(L, "invalid use of '%' in replacement");
        }
    }
}

void addReplacement(lua_State* L, luaL_Buffer* out, const Search& s, const LuaPattern& match, const char* at, const char* end) {
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
    const bool fits = kind == LUA_TSTRING || kind == LUA_TNUMBER || kind == LUA_TTABLE || kind == LUA_TFUNCTION;
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
        if (match.fault() != LuaPattern::Fault::None) luaL_error(L, "malformed or too complex pattern");
        if (end != nullptr) {
            ++count;
            addReplacement(L, &out, s, match, at, end);
        }
        if (end != nullptr && end > at) at = end;
        else if (at < stop) luaL_addchar(&out, *at++);
        else break;
        if (s.anchored) break;
    }
    luaL_addlstring(&out, at, static_cast<std::size_t>(stop - at));
    luaL_pushresult(&out);
    lua_pushinteger(L, count);
    return 2;
}

// ---- other library functions, charged for what they do

int stringRep(lua_State* L) {
    std::size_t bytes = 0, between = 0;
    luaL_checklstring(L, 1, &bytes);
    const lua_Integer times = luaL_checkinteger(L, 2);
    luaL_optlstring(L, 3, "", &between);
    const auto most = static_cast<lua_Integer>(budgetOf(L).bytes_max / (bytes + between + 1));
    if (times > most) luaL_error(L, "resulting string too large");
    if (times > 0) charge(L, times * static_cast<lua_Integer>(bytes + between) / static_cast<lua_Integer>(kBytesPerStep) + 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

/// Upvalue 1: the function. Costs what its arguments weigh.
int charged(lua_State* L) {
    std::size_t steps = 1;
    const int count = lua_gettop(L);
    for (int i = 1; i <= count; ++i) {
        if (lua_type(L, i) == LUA_TSTRING) steps += lua_rawlen(L, i) / kBytesPerStep;
        else if (lua_type(L, i) == LUA_TTABLE) steps += lua_rawlen(L, i) / kEntriesPerStep;
    }
    charge(L, static_cast<std::int64_t>(steps));
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, count, LUA_MULTRET);
    return lua_gettop(L);
}

/// Tables and functions have no text: it would be an address, and differ from run to run.
void checkPlain(lua_State* L, int index) {
    const int type = lua_type(L, index);
    if (type == LUA_TTABLE || type == LUA_TFUNCTION) luaL_argerror(L, index, "a table or function has no text");
}

int plainToString(lua_State* L) {
    luaL_checkany(L, 1);
    checkPlain(L, 1);
    luaL_tolstring(L, 1, nullptr);
    return 1;
}

int plainFormat(lua_State* L) {
    std::size_t bytes = 0;
    const char* format = luaL_checklstring(L, 1, &bytes);
    for (int i = 2; i <= lua_gettop(L); ++i) checkPlain(L, i);
    for (std::size_t i = 0; i + 1 < bytes; ++i) {
        if (format[i] != '%') continue;
        do ++i;
        while (i < bytes && std::strchr("-+ #0123456789.", format[i]) != nullptr && format[i] != '\0');
        if (i < bytes && format[i] == 'p') luaL_error(L, "%%p is no part of format here");
    }
    return charged(L);
}

int raiseError(lua_State* L) {
    budgetOf(L).raised = true;
    luaL_where(L, 1);
    lua_pushstring(L, "error");
    lua_concat(L, 2);
    return lua_error(L);
}

int plainAssert(lua_State* L) {
    luaL_checkany(L, 1);
    return lua_toboolean(L, 1) != 0 ? lua_gettop(L) : raiseError(L);
}

/// pairs() by ascending key, numbers before texts: Lua's own order differs from run to run.
constexpr const char* kSortedPairs = R"(
local next, sort, type, n = ...
return function(t)
    local keys, count = {}, 0
    for k in next, t do
        local kind = type(k)
        if kind ~= "number" and kind ~= "string" then n("pairs: keys must be numbers or texts") end
        count = count + 1
        keys[count] = k
    end
    sort(keys, function(a, b)
        local ta, tb = type(a), type(b)
        if ta == tb then return a < b end
        return ta == "number"
    end)
    local i = 0
    return function()
        i = i + 1
        local k = keys[i]
        if k ~= nil then return k, t[k] end
    end
end
)";

int readOnly(lua_State* L) {
    return luaL_error(L, "globals and library tables can't be changed");
}

/// Moves real.name, as it is or charged, into the table at the top.
void take(lua_State* L, int library, const char* name, bool is_charged) {
    lua_getfield(L, library, name);
    if (is_charged) lua_pushcclosure(L, charged, 1);
    lua_setfield(L, -2, name);
}

void pushString(lua_State* L) {
    luaL_requiref(L, "string", luaopen_string, 0);
    const int real = lua_gettop(L);
    lua_newtable(L);
    for (const char* name : {"byte", "char", "len", "lower", "upper", "reverse", "sub"}) take(L, real, name, true);
    lua_getfield(L, real, "rep");
    lua_pushcclosure(L, stringRep, 1);
    lua_setfield(L, -2, "rep");
    lua_getfield(L, real, "format");
    lua_pushcclosure(L, plainFormat, 1);
    lua_setfield(L, -2, "format");
    const luaL_Reg own[] = {{"find", stringFind}, {"match", stringMatch}, {"gmatch", stringGmatch}, {"gsub", stringGsub}, {nullptr, nullptr}};
    luaL_setfuncs(L, own, 0);
    // ("x"):upper() looks into the metatable of strings: it gets our table, not Lua's.
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 2);
    lua_remove(L, real);
}

void pushTaken(lua_State* L, const char* library, lua_CFunction open, std::initializer_list<const char*> names, bool is_charged) {
    luaL_requiref(L, library, open, 0);
    const int real = lua_gettop(L);
    lua_newtable(L);
    for (const char* name : names) take(L, real, name, is_charged);
    lua_remove(L, real);
}

void addBase(lua_State* L, int environment) {
    luaL_requiref(L, "_G", luaopen_base, 0);
    const int real = lua_gettop(L);
    lua_pushvalue(L, environment);
    for (const char* name : {"ipairs", "select", "tonumber", "type", "rawequal"}) take(L, real, name, false);
    const luaL_Reg own[] = {{"tostring", plainToString}, {"error", raiseError}, {"assert", plainAssert}, {nullptr, nullptr}};
    luaL_setfuncs(L, own, 0);
    if (luaL_loadbufferx(L, kSortedPairs, std::strlen(kSortedPairs), "=pairs", "t") != LUA_OK) lua_error(L);
    lua_getfield(L, real, "next");
    luaL_requiref(L, "table", luaopen_table, 0);
    lua_getfield(L, -1, "sort");
    lua_remove(L, -2);
    lua_getfield(L, real, "type");
    lua_pushcfunction(L, raiseError);
    lua_call(L, 4, 1);
    lua_setfield(L, -2, "pairs");
    lua_pop(L, 2);
}

}  // namespace

FunctionBudget& budgetOf(lua_State* state) {
    return **static_cast<FunctionBudget**>(lua_getextraspace(state));
}

void charge(lua_State* state, std::int64_t steps) {
    FunctionBudget& budget = budgetOf(state);
    budget.steps_left -= steps;
    if (budget.steps_left > 0) return;
    budget.out_of_steps = true;
    luaL_error(state, "limit of work");
}

void* allocateBounded(void* user, void* block, std::size_t old_bytes, std::size_t new_bytes) {
    auto& budget = *static_cast<FunctionBudget*>(user);
    if (block == nullptr) old_bytes = 0;  // Lua says there what kind of thing it makes
    if (new_bytes == 0) {
        std::free(block);
        budget.bytes -= old_bytes;
        return nullptr;
    }
    if (new_bytes > old_bytes) {
        if (budget.bytes + (new_bytes - old_bytes) > budget.bytes_max) {
            budget.out_of_memory = true;
            return nullptr;
        }
        budget.steps_left -= static_cast<std::int64_t>((new_bytes - old_bytes) / kBytesPerStep);
    }
    void* made = std::realloc(block, new_bytes);
    if (made != nullptr) budget.bytes += new_bytes - old_bytes;
    return made;
}

void countInstructions(lua_State* state, lua_Debug*) {
    charge(state, kHookInstructions);
}

void pushReadOnly(lua_State* L) {
    lua_newtable(L);  // the view
    lua_newtable(L);  // its metatable
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, readOnly);
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

void pushEnvironment(lua_State* L) {
    lua_newtable(L);
    const int environment = lua_gettop(L);
    addBase(L, environment);
    const auto add = [&](const char* name) {
        pushReadOnly(L);
        lua_setfield(L, environment, name);
    };
    pushString(L);
    add("string");
    pushTaken(L, "table", luaopen_table, {"concat", "insert", "remove", "sort", "unpack", "pack"}, true);
    add("table");
    pushTaken(L, "utf8", luaopen_utf8, {"char", "codepoint", "codes", "len", "offset"}, true);
    add("utf8");
    pushTaken(L, "math", luaopen_math,
              {"abs", "ceil", "floor", "fmod", "max", "min", "modf", "tointeger", "type", "ult", "maxinteger", "mininteger", "huge"}, false);
    add("math");
}

void freezeEnvironment(lua_State* L) {
    const int environment = lua_gettop(L);
    lua_newtable(L);
    const int kept = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, environment) != 0) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, kept);
    }
    lua_pushnil(L);
    while (lua_next(L, environment) != 0) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, environment);  // clearing while walking is allowed
    }
    lua_newtable(L);
    lua_pushvalue(L, kept);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, readOnly);
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, environment);
    lua_settop(L, environment);
}

}  // namespace yht::kit
