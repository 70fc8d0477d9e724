// The platform's XML Schema, as it is published: what a message must look like before anything in it is read.
// Uses: libxml2. Used by: service.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/exchange-sim/tree.h"

struct _xmlSchema;

namespace yht::exchange_sim {

/// What stands where it must not. Never a value.
struct SchemaFault {
    std::string serial;  // of the record, "" where it is none's
    std::string name;    // way from the record: "Appeal/Channel"; else from the operation
};

class Schema {
public:
    /// Throws std::runtime_error where the file is no schema.
    explicit Schema(const std::string& path);
    /// Empty: as it must be. At most kSchemaFaultsMax.
    std::vector<SchemaFault> check(xmlNode* operation) const;
    const std::string& text() const { return text_; }

private:
    std::string text_;
    std::shared_ptr<_xmlSchema> schema_;
};

inline constexpr std::size_t kSchemaFaultsMax = 64;

}  // namespace yht::exchange_sim
