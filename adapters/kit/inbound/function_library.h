// What a mapping's functions may call, and the bounds they meet. Everything here runs inside Lua:
// an error leaves by longjmp, so nothing here owns anything. Uses: lua, lua_pattern. Used by:
// functions.cpp, function_patterns.cpp.
#pragma once

extern "C" {
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
}

#include <cstddef>
#include <cstdint>

namespace yht::kit {

/// What one Lua state may use. Its address stands in the state's extra space.
struct FunctionBudget {
    std::size_t bytes = 0, bytes_max = 0;
    std::int64_t steps_left = 0;
    bool out_of_memory = false, out_of_steps = false;
    bool raised =
        false;  // by error() or assert(): the text is the function's own and may hold anything
};

FunctionBudget& budgetOf(lua_State* state);
/// Takes `steps` off the budget; a Lua error where none are left.
void charge(lua_State* state, std::int64_t steps);
/// lua_Alloc with a FunctionBudget.
void* allocateBounded(void* budget, void* block, std::size_t old_bytes, std::size_t new_bytes);
/// Counts instructions; the hook of every call.
void countInstructions(lua_State* state, lua_Debug* debug);
inline constexpr int kHookInstructions = 500;
inline constexpr std::size_t kBytesPerStep = 64;  // that library functions read or make

/// find, match, gmatch, gsub over a matcher that can be stopped, into the table on top.
/// function_patterns.cpp.
void addPatternFunctions(lua_State* state);

/// Pushes a new table: the functions and library tables that every chunk finds. None can be
/// changed.
void pushLibraries(lua_State* state);
/// Pops a table of libraries and pushes a new one that stands for the globals of chunks: what they
/// set is set there, and nothing of it anywhere else.
void pushEnvironment(lua_State* state);
/// Pops a table and pushes a view of it that can be read only.
void pushReadOnly(lua_State* state);
/// The environment on top keeps what the chunks have set, and from now on can be read only.
void freezeEnvironment(lua_State* state);

}  // namespace yht::kit
