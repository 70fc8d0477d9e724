// Reads the `mapping` part of a manifest tree into MappingRules. Collects every mistake.
// Uses: mapping_rules, yaml_map. Used by: manifest_reader.
#pragma once

#include "adapters/kit/inbound/mapping_rules.h"
#include "adapters/kit/yaml_map.h"

namespace yht::kit {

class MappingReader {
public:
    /// Vocabularies and functions are looked for in both folders.
    MappingReader(
        std::string source_directory, std::string product_directory, YamlProblems& problems
    )
        : directories_{std::move(source_directory), std::move(product_directory)},
          problems_(problems) {}

    MappingRules read(const YAML::Node& mapping);
    /// Everything that was read beside the tree, for the adapter's version: "name\0bytes\0…".
    const std::string& filesRead() const { return files_read_; }

private:
    friend class InboundRowReader;
    void style(YamlMap& map);
    void vocabularies(YamlMap& map);
    void vocabulary(const std::string& name, YamlMap map);
    std::shared_ptr<const CodeTable> table(
        const std::string& directory, const std::string& file, const YAML::Node& at
    );
    void functions(YamlMap& map);
    void ignoreRules(YamlMap& map);
    void record(const std::string& name, YamlMap map, const YAML::Node& common);
    void attachments(YamlMap& map, RecordRules& record);
    InboundCondition condition(const YAML::Node& node, const std::string& where);
    std::optional<Path> path(const std::string& text, const YAML::Node& at);

    const std::string directories_[2];  // source, product
    YamlProblems& problems_;
    MappingRules rules_;
    std::vector<std::string> time_formats_;
    std::string zone_;
    FlagWords flags_ = FlagWords::usual();
    std::string files_read_;
};

}  // namespace yht::kit
