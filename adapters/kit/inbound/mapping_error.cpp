#include "adapters/kit/inbound/mapping_error.h"

namespace yht::kit {

std::span<const MappingErrorRow> mappingErrorTable() {
    static constexpr MappingErrorRow kRows[] = {
#define YHT_MAPPING(name, code, en, zh) {MappingError::name, code, en, zh},
#include "adapters/kit/inbound/mapping_errors.def"
#undef YHT_MAPPING
    };
    return kRows;
}

base::FieldError mappingError(
    MappingError error, std::string pointer, const std::string& target, std::string limit
) {
    const auto& row = mappingErrorTable()[static_cast<std::size_t>(error)];
    const std::string label = target.empty() ? "" : target + ": ";
    return {std::move(pointer), row.code, std::move(limit), label + row.en, label + row.zh};
}

}  // namespace yht::kit
