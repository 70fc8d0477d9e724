// Functions of a mapping: what a table can't say, in Lua 5.4. Only text chunks, only base (without
// whatever loads, prints, catches errors or reaches metatables), string, table, math, utf8. Memory,
// instructions and the work of library functions are bounded for each call; whatever breaks a bound
// or fails, fails that item and nothing else. Uses: base, item, lua. Used by: adapter, inbound
// mapping.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kit/item.h"
#include "gateway/base/result.h"

namespace yht::kit {

struct FunctionLimits {
    std::size_t memory_bytes_max = 4U << 20;  // of one state
    std::uint64_t steps_max =
        200'000;  // of one call: VM instructions, and the work of library functions
    std::size_t chunk_bytes_max = 256U << 10;
    std::size_t answer_values_max = 1'000;
    std::size_t argument_values_max = 20'000;
};

/// What a row gives: the values of one of its paths. None is nil, one is itself, several a table.
using FunctionArgument = std::vector<const ItemValue*>;

/// One Lua state. Thread-safety: one thread at a time.
class FunctionState {
public:
    virtual ~FunctionState() = default;
    /// Another item begins: whatever the functions kept of the one before, in locals or in tables,
    /// is out of their reach. To be called before the first call for each item.
    virtual void nextItem() = 0;
    /// The texts that the function returns: none for nil, several for a table. Errors:
    /// ItemFunctionFailed with the function's name and line, never a value.
    virtual base::Result<std::vector<std::string>> call(
        const std::string& name, const std::vector<FunctionArgument>& arguments
    ) = 0;
};

/// Runs every chunk once, and again for each item that calls a function, in a sandbox; the globals
/// that they make are the functions, and can't be changed after. Errors: ManifestInvalid: a chunk
/// that does not run, or a name of `wanted` that is no function.
base::Result<std::unique_ptr<FunctionState>> makeFunctions(
    const std::vector<std::string>& chunks, const std::vector<std::string>& wanted,
    const FunctionLimits& limits = {}
);

}  // namespace yht::kit
