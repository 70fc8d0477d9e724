// Mapping rows of a profile as written, turned into MappingRows: names looked up in the catalogue,
// vocabularies read, lengths and texts checked against the far side's charset. What a row may say:
// adapters/README.md. Uses: mapping, yaml_map. Used by: profile_loader.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/kit/mapping.h"
#include "adapters/kit/yaml_map.h"

namespace yht::kit {

/// Vocabularies of one profile directory, each file read once.
class VocabularyShelf {
public:
    explicit VocabularyShelf(std::string directory) : directory_(std::move(directory)) {}
    /// nullptr and a problem where DIRECTORY/<name>.csv can't be used.
    std::shared_ptr<const Vocabulary> find(
        const std::string& name, const YAML::Node& at, YamlProblems& problems
    );
    const std::map<std::string, std::shared_ptr<const Vocabulary>>& all() const { return read_; }

private:
    std::string directory_;
    std::map<std::string, std::shared_ptr<const Vocabulary>> read_;
};

struct RowReader {
    const MappingStyle& style;
    const std::string& time_format;
    VocabularyShelf& shelf;
    YamlProblems& problems;

    /// Appends the rows of a list, read for records of `kind`.
    void read(
        const YAML::Node& list, ticket::Kind kind, const std::string& where,
        std::vector<MappingRow>& rows
    );

private:
    MappingRow row(YamlMap& map, ticket::Kind kind);
    void sources(YamlMap& map, ticket::Kind kind, MappingRow& row);
    void conversion(YamlMap& map, ticket::FieldType type, MappingRow& row);
    void lengths(YamlMap& map, MappingRow& row);
    void need(YamlMap& map, ticket::Kind kind, MappingRow& row);
    Condition condition(YamlMap& map, const YAML::Node& node, ticket::Kind kind);
    ticket::FieldType typeOf(const MappingRow& row) const;
};

}  // namespace yht::kit
