// Reads profile.yaml into a Profile: one function a section. Collects every mistake before it gives
// up. Uses: profile, profile_rows, yaml_map. Used by: profile_loader.cpp alone (Profile::load).
#pragma once

#include <string>

#include "adapters/kit/profile.h"
#include "adapters/kit/profile_rows.h"

namespace yht::kit {

class ProfileLoader {
public:
    explicit ProfileLoader(const std::string& directory);
    base::Result<std::shared_ptr<const Profile>> load(const YAML::Node& root);

private:
    void style(YamlMap& root);
    void transport(YamlMap map);
    // profile_soap.cpp
    void soap(YamlMap map);
    void faults(YamlMap map);
    FaultRow faultRow(YamlMap map);
    void checkSoap(YamlMap& root);
    static std::set<int> statusesOf(YamlMap& map, const char* key);
    void maintenance(const YAML::Node& list);
    // profile_envelope.cpp
    void envelope(YamlMap map);
    EnvelopeMember envelopeMember(const YAML::Node& node, const std::string& where);
    TextForm form(YamlMap& map, TextForm fallback);
    SignedText signedText(YamlMap& map, const char* key);
    void signature(YamlMap map);
    void checkEnvelope(YamlMap& root);
    void checkXml(YamlMap& root);
    void checkTargets(const std::vector<MappingRow>& rows, const std::string& where);
    // profile_loader.cpp
    void answer(YamlMap map);
    void answerItem(YamlMap map);
    void receipt(YamlMap map);
    void kinds(YamlMap& root);
    void kind(
        const std::string& name, YamlMap map, const YAML::Node& common, const YAML::Node& query
    );
    struct RowList {
        std::string name;
        YAML::Node node = YAML::Node(YAML::NodeType::Undefined);
    };
    std::unique_ptr<const Mapping> mapping(
        const std::string& type, ticket::Kind kind, const RowList& common, const RowList& own
    );
    CodeSet codes(YamlMap& map, const char* key);
    // profile_attachments_loader.cpp
    void attachments(YamlMap map);
    void attachmentEnvelope(YamlMap& map, AttachmentRules& rules);
    void checkAttachmentEnvelope(YamlMap& map, const AttachmentRules& rules);
    // profile_stores.cpp
    void file(YamlMap map);
    void fileAnswer(YamlMap map);
    void table(YamlMap map);
    StoreAnswerRules storeAnswer(YamlMap& map);
    /// Rows whose value is no single text have no place in a column.
    void checkColumns(YamlMap& map, const std::vector<std::string>& columns);

    std::shared_ptr<Profile> profile_;
    YamlProblems problems_;
    VocabularyShelf shelf_;
    MappingStyle style_;
    std::string time_format_;
};

}  // namespace yht::kit
