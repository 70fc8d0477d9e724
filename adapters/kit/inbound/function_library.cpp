#include "adapters/kit/inbound/function_library.h"

#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace yht::kit {
namespace {

constexpr std::size_t kEntriesPerStep = 8;

// ---- other library functions, charged for what they do

int stringRep(lua_State* L) {
    std::size_t bytes = 0, between = 0;
    luaL_checklstring(L, 1, &bytes);
    const lua_Integer times = luaL_checkinteger(L, 2);
    luaL_optlstring(L, 3, "", &between);
    const auto most = static_cast<lua_Integer>(budgetOf(L).bytes_max / (bytes + between + 1));
    if (times > most) luaL_error(L, "resulting string too large");
    if (times > 0)
        charge(
            L, times * static_cast<lua_Integer>(bytes + between) /
                       static_cast<lua_Integer>(kBytesPerStep) +
                   1
        );
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
        if (lua_type(L, i) == LUA_TSTRING)
            steps += lua_rawlen(L, i) / kBytesPerStep;
        else if (lua_type(L, i) == LUA_TTABLE)
            steps += lua_rawlen(L, i) / kEntriesPerStep;
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
    if (type == LUA_TTABLE || type == LUA_TFUNCTION)
        luaL_argerror(L, index, "a table or function has no text");
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
        while (i < bytes && std::strchr("-+ #0123456789.", format[i]) != nullptr &&
               format[i] != '\0');
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
    for (const char* name : {"byte", "char", "len", "lower", "upper", "reverse", "sub"})
        take(L, real, name, true);
    lua_getfield(L, real, "rep");
    lua_pushcclosure(L, stringRep, 1);
    lua_setfield(L, -2, "rep");
    lua_getfield(L, real, "format");
    lua_pushcclosure(L, plainFormat, 1);
    lua_setfield(L, -2, "format");
    addPatternFunctions(L);
    // ("x"):upper() looks into the metatable of strings: it gets our table, not Lua's.
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 2);
    lua_remove(L, real);
}

void pushTaken(
    lua_State* L, const char* library, lua_CFunction open, std::initializer_list<const char*> names,
    bool is_charged
) {
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
    for (const char* name : {"ipairs", "select", "tonumber", "type", "rawequal"})
        take(L, real, name, false);
    const luaL_Reg own[] = {
        {"tostring", plainToString},
        {"error", raiseError},
        {"assert", plainAssert},
        {nullptr, nullptr}};
    luaL_setfuncs(L, own, 0);
    if (luaL_loadbufferx(L, kSortedPairs, std::strlen(kSortedPairs), "=pairs", "t") != LUA_OK)
        lua_error(L);
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

void pushLibraries(lua_State* L) {
    lua_newtable(L);
    const int libraries = lua_gettop(L);
    addBase(L, libraries);
    const auto add = [&](const char* name) {
        pushReadOnly(L);
        lua_setfield(L, libraries, name);
    };
    pushString(L);
    add("string");
    pushTaken(
        L, "table", luaopen_table, {"concat", "insert", "remove", "sort", "unpack", "pack"}, true
    );
    add("table");
    pushTaken(L, "utf8", luaopen_utf8, {"char", "codepoint", "codes", "len", "offset"}, true);
    add("utf8");
    pushTaken(
        L, "math", luaopen_math,
        {"abs", "ceil", "floor", "fmod", "max", "min", "modf", "tointeger", "type", "ult",
         "maxinteger", "mininteger", "huge"},
        false
    );
    add("math");
}

void pushEnvironment(lua_State* L) {
    const int libraries = lua_gettop(L);
    lua_newtable(L);  // the environment: always empty, so that every access meets its metatable
    lua_newtable(L);  // its metatable
    lua_newtable(L);  // what the chunks set
    lua_newtable(L);  // the metatable of that
    lua_pushvalue(L, libraries);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__newindex");
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_remove(L, libraries);
}

void freezeEnvironment(lua_State* L) {
    lua_getmetatable(L, -1);
    lua_pushcfunction(L, readOnly);
    lua_setfield(L, -2, "__newindex");
    lua_pop(L, 1);
}

}  // namespace yht::kit
