// What can go wrong with one value on its way into a record. Rows and texts: mapping_errors.def.
// Uses: base. Used by: typed values, inbound mapping.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "gateway/base/error.h"

namespace yht::kit {

enum class MappingError : std::uint8_t {
#define YHT_MAPPING(name, code, en, zh) name,
#include "adapters/kit/inbound/mapping_errors.def"
#undef YHT_MAPPING
};

struct MappingErrorRow {
    MappingError error;
    const char* code;
    const char* en;
    const char* zh;
};
/// In file order; index = static_cast<size_t>(error).
std::span<const MappingErrorRow> mappingErrorTable();

/// `pointer` is the source path with a leading slash; `target` the catalogue's name of the field.
base::FieldError mappingError(
    MappingError error, std::string pointer, const std::string& target, std::string limit = {}
);

}  // namespace yht::kit
