#include "adapters/kit/inbound/functions.h"

#include <algorithm>

#include "adapters/kit/inbound/function_library.h"

namespace yht::kit {
namespace {

constexpr const char* kChunkName = "=functions.lua";
// The address of each names its table in Lua's registry.
constexpr char kLibrariesKey = 0, kChunksKey = 0, kEnvironmentKey = 0;
constexpr int kDepthMax = 32;  // of tables that are handed over
constexpr std::int64_t kLoadSteps = 2'000'000;

/// What goes into a protected call and what comes out: it outlives the call, so an error may leave
/// by longjmp.
struct Call {
    const std::string* name = nullptr;
    const std::vector<FunctionArgument>* arguments = nullptr;
    const std::vector<std::string>* chunks = nullptr;
    const std::vector<std::string>* wanted = nullptr;
    const FunctionLimits* limits = nullptr;
    std::vector<std::string>* answer = nullptr;
    std::string* missing = nullptr;
    std::size_t values_left = 0;
};

Call& callOf(lua_State* L) {
    return *static_cast<Call*>(lua_touserdata(L, 1));
}

void pushValue(lua_State* L, const ItemValue& value, Call& call, int depth) {
    if (call.values_left == 0 || depth > kDepthMax) luaL_error(L, "too many values for a function");
    --call.values_left;
    luaL_checkstack(L, 4, "nesting");
    switch (value.type()) {
        case ItemType::Null:
            lua_pushnil(L);
            break;
        case ItemType::Flag:
            lua_pushboolean(L, value.text() == "true" ? 1 : 0);
            break;
        case ItemType::Text:
        case ItemType::Number:  // as written: a Lua number would round the eighteenth digit away
        case ItemType::Serial:
            lua_pushlstring(L, value.text().data(), value.text().size());
            break;
        case ItemType::List: {
            lua_newtable(L);
            lua_Integer index = 0;
            for (const auto& entry : value.items()) {
                pushValue(L, entry, call, depth + 1);
                lua_rawseti(L, -2, ++index);
            }
            break;
        }
        case ItemType::Object:
            lua_newtable(L);
            for (const auto& [name, member] : value.members()) {
                lua_pushlstring(L, name.data(), name.size());
                pushValue(L, member, call, depth + 1);
                lua_rawset(L, -3);
            }
            break;
    }
}

void takeText(lua_State* L, Call& call) {
    if (call.answer->size() >= call.limits->answer_values_max)
        luaL_error(L, "too many values returned");
    if (lua_isboolean(L, -1)) {
        call.answer->emplace_back(lua_toboolean(L, -1) != 0 ? "true" : "false");
        return;
    }
    std::size_t bytes = 0;
    const char* text = lua_isstring(L, -1) != 0 ? lua_tolstring(L, -1, &bytes) : nullptr;
    if (text == nullptr)
        luaL_error(L, "a function returns nil, text, number, true, false, or a list of them");
    call.answer->emplace_back(text, bytes);
}

int runCall(lua_State* L) {
    Call& call = callOf(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &kEnvironmentKey);
    lua_getfield(L, -1, call.name->c_str());
    luaL_checkstack(L, static_cast<int>(call.arguments->size()) + 8, "too many arguments");
    for (const auto& argument : *call.arguments) {
        if (argument.size() == 1) {
            pushValue(L, *argument.front(), call, 0);
            continue;
        }
        if (argument.empty()) {
            lua_pushnil(L);
            continue;
        }
        lua_newtable(L);
        lua_Integer index = 0;
        for (const auto* value : argument) {
            pushValue(L, *value, call, 1);
            lua_rawseti(L, -2, ++index);
        }
    }
    lua_call(L, static_cast<int>(call.arguments->size()), 1);
    if (lua_istable(L, -1)) {
        const auto count = static_cast<lua_Integer>(lua_rawlen(L, -1));
        for (lua_Integer i = 1; i <= count; ++i) {
            lua_rawgeti(L, -1, i);
            takeText(L, call);
            lua_pop(L, 1);
        }
    } else if (!lua_isnil(L, -1)) {
        takeText(L, call);
    }
    return 0;
}

/// Compiles every chunk and keeps it, with the libraries, in the registry.
int loadChunks(lua_State* L) {
    Call& call = callOf(L);
    pushLibraries(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kLibrariesKey);
    lua_newtable(L);
    lua_Integer index = 0;
    for (const auto& chunk : *call.chunks) {
        if (luaL_loadbufferx(L, chunk.data(), chunk.size(), kChunkName, "t") != LUA_OK)
            lua_error(L);
        lua_rawseti(L, -2, ++index);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kChunksKey);
    return 0;
}

/// Runs the compiled chunks in an environment of their own. Each run makes its locals anew: the
/// functions of an earlier one, and what they hold, are reached by nothing any more.
int runChunks(lua_State* L) {
    Call& call = callOf(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &kChunksKey);
    const int chunks = lua_gettop(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &kLibrariesKey);
    pushEnvironment(L);
    const int environment = lua_gettop(L);
    const auto count = static_cast<lua_Integer>(lua_rawlen(L, chunks));
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_rawgeti(L, chunks, i);
        lua_pushvalue(L, environment);
        lua_setupvalue(L, -2, 1);
        lua_call(L, 0, 0);
    }
    for (const auto& name : *call.wanted) {
        lua_getfield(L, environment, name.c_str());
        if (!lua_isfunction(L, -1)) *call.missing = name;
        lua_pop(L, 1);
    }
    freezeEnvironment(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kEnvironmentKey);
    return 0;
}

/// "functions.lua:12" of a Lua error text.
std::string placeOf(const char* text) {
    const std::string_view message = text == nullptr ? "" : text;
    const auto colon = message.find(':');
    const auto end = colon == std::string_view::npos ? colon : message.find(':', colon + 1);
    const bool numbered = end != std::string_view::npos && end > colon + 1 &&
                          std::all_of(
                              message.begin() + static_cast<std::ptrdiff_t>(colon) + 1,
                              message.begin() + static_cast<std::ptrdiff_t>(end),
                              [](char c) { return c >= '0' && c <= '9'; }
                          );
    return numbered ? std::string(message.substr(0, end)) : "functions.lua";
}

/// What Lua itself says of types and names, which stand in the file; its other texts may quote a value. "" for those.
std::string reasonOf(const char* text, std::size_t place_bytes) {
    const std::string_view message = text == nullptr ? "" : text;
    const std::string_view rest = message.substr(std::min(message.size(), place_bytes));
    const bool of_types = rest.starts_with(": attempt to ") || (rest.starts_with(": bad argument #") && rest.find(" expected, got ") != std::string_view::npos);
    return of_types ? std::string(rest) : "";
}

class LuaFunctions final : public FunctionState {
public:
    LuaFunctions(
        std::vector<std::string> chunks, std::vector<std::string> wanted,
        const FunctionLimits& limits
    )
        : chunks_(std::move(chunks)), wanted_(std::move(wanted)), limits_(limits) {}
    ~LuaFunctions() override { close(); }

    base::Status open() {
        close();
        budget_ = {};
        budget_.bytes_max = limits_.memory_bytes_max;
        state_ = lua_newstate(allocateBounded, &budget_);
        if (state_ == nullptr)
            return base::makeError(
                base::ErrorCode::ManifestInvalid, "functions: no memory for Lua"
            );
        *static_cast<FunctionBudget**>(lua_getextraspace(state_)) = &budget_;
        Call call{.chunks = &chunks_, .limits = &limits_};
        if (const std::string what = protectedCall(loadChunks, call, kLoadSteps, true);
            !what.empty()) {
            close();
            return base::makeError(base::ErrorCode::ManifestInvalid, what);
        }
        return renew();
    }

    void nextItem() override { stale_ = called_; }

    base::Result<std::vector<std::string>> call(
        const std::string& name, const std::vector<FunctionArgument>& arguments
    ) override {
        // After a failure the state is made anew: what the function had in hand can't reach the
        // next item.
        if (state_ == nullptr || stale_) {
            const auto ready = state_ == nullptr ? open() : renew();
            if (!ready) return failed(name, ready.error().detail);
        }
        called_ = true;
        std::vector<std::string> answer;
        Call call{
            .name = &name,
            .arguments = &arguments,
            .limits = &limits_,
            .answer = &answer,
            .values_left = limits_.argument_values_max};
        const std::string what =
            protectedCall(runCall, call, static_cast<std::int64_t>(limits_.steps_max), false);
        if (what.empty()) return answer;
        close();
        return failed(name, what);
    }

private:
    /// The functions as if none had ever been called.
    base::Status renew() {
        std::string missing;
        Call call{.wanted = &wanted_, .limits = &limits_, .missing = &missing};
        std::string what = protectedCall(runChunks, call, kLoadSteps, true);
        if (what.empty() && !missing.empty())
            what = "functions.lua: there is no function " + missing;
        stale_ = called_ = false;
        if (what.empty()) return {};
        close();
        return base::makeError(base::ErrorCode::ManifestInvalid, what);
    }

    static base::Error failed(const std::string& name, const std::string& what) {
        auto error = base::makeError(base::ErrorCode::ItemFunctionFailed, name + ": " + what);
        error.fields.push_back({"", "function_failed", name, name + ": " + what, name + ":" + what});
        return error;
    }

    /// "" or what went wrong. The text of an error() is not repeated: it may hold anything.
    std::string protectedCall(
        lua_CFunction function, Call& call, std::int64_t steps, bool loading
    ) {
        budget_.steps_left = steps;
        budget_.out_of_memory = budget_.out_of_steps = budget_.raised = false;
        lua_settop(state_, 0);
        lua_sethook(state_, countInstructions, LUA_MASKCOUNT, kHookInstructions);
        lua_pushcfunction(state_, function);  // without upvalues: needs no memory
        lua_pushlightuserdata(state_, &call);
        if (lua_pcall(state_, 1, 0, 0) == LUA_OK) return "";
        const char* text = lua_type(state_, -1) == LUA_TSTRING ? lua_tostring(state_, -1) : nullptr;
        const std::string place = placeOf(text);
        if (budget_.out_of_steps)
            return place + ": more work than " + std::to_string(steps) + " steps";
        if (budget_.out_of_memory)
            return place + ": more memory than " + std::to_string(limits_.memory_bytes_max) +
                   " bytes";
        if (budget_.raised) return place + ": the function raised an error";
        return loading && text != nullptr ? std::string(text) : place + ": the function failed" + reasonOf(text, place.size());
    }

    void close() {
        if (state_ == nullptr) return;
        budget_.steps_left = kLoadSteps;
        lua_sethook(state_, nullptr, 0, 0);
        lua_close(state_);
        state_ = nullptr;
    }

    const std::vector<std::string> chunks_, wanted_;
    const FunctionLimits limits_;
    FunctionBudget budget_;
    lua_State* state_ = nullptr;
    bool called_ = false;  // since the chunks ran
    bool stale_ = false;   // called for an item before this one
};

}  // namespace

base::Result<std::unique_ptr<FunctionState>> makeFunctions(
    const std::vector<std::string>& chunks, const std::vector<std::string>& wanted,
    const FunctionLimits& limits
) {
    for (const auto& chunk : chunks) {
        if (chunk.size() > limits.chunk_bytes_max)
            return base::makeError(
                base::ErrorCode::ManifestInvalid, "functions.lua: larger than 256 KiB"
            );
    }
    auto made = std::make_unique<LuaFunctions>(chunks, wanted, limits);
    if (auto opened = made->open(); !opened) return std::move(opened).error();
    return std::unique_ptr<FunctionState>(std::move(made));
}

}  // namespace yht::kit
