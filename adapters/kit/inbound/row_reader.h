// Rows of one record section as written: "field: path", "field: {from: …}", "ext/name: …", or a
// list of such, of which the first that yields a value wins. Everything that can be checked without
// an item is checked here. Uses: mapping_reader. Used by: mapping_reader.cpp.
#pragma once

#include "adapters/kit/inbound/mapping_reader.h"

namespace yht::kit {

/// What stands between parts: one text or several, none of them empty.
std::vector<std::string> separatorsOf(YamlMap& map, const char* key);

struct InboundRowReader {
    MappingReader& reader;
    ticket::Kind kind;
    std::string where;

    /// The section's own rows, then those of `common` whose fields the kind has and the section
    /// does not name.
    void read(const YAML::Node& own, const YAML::Node& common, std::vector<InboundRow>& rows);

private:
    void target(
        const YAML::Node& key, const YAML::Node& value, bool optional, std::vector<InboundRow>& rows
    );
    InboundRow row(InboundRow row, YamlMap map);
    void values(YamlMap& map, InboundRow& row);
    void type(YamlMap& map, InboundRow& row);
    void codes(YamlMap& map, InboundRow& row);
    void checkCodes(YamlMap& map, const InboundRow& row);
    void splitTarget(YamlMap& map, InboundRow& row);
    void shape(YamlMap& map, InboundRow& row);
    void fallback(YamlMap& map, InboundRow& row);
    void conditions(YamlMap& map, InboundRow& row);
    std::optional<InboundValue> value(const std::string& text, YamlMap& map);
};

}  // namespace yht::kit
