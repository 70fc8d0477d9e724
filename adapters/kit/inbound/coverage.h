// What a source's messages use of its mapping and what they carry beyond it, and what can be said
// of a mapping without any message: for `yht adapters coverage` and `yht adapters lint`. Uses:
// adapter, manifest_reader. Used by: app (yht adapters …).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "adapters/kit/inbound/manifest_reader.h"

namespace yht::kit {

/// Added up over messages. One thread.
class Coverage {
public:
    explicit Coverage(const ReadManifest& manifest) : manifest_(manifest) {}

    void add(const AdaptedItem& item);

    std::uint64_t items() const { return items_; }
    /// Member paths that no rule reads, with how often.
    const std::map<std::string, std::uint64_t>& unknownMembers() const { return unknown_; }
    /// "table native code" that have no row, with how often.
    const std::map<std::string, std::uint64_t>& unmappedCodes() const { return unmapped_; }
    /// "p/t.csv:7 native" of vocabulary rows that no item hit.
    std::vector<std::string> idleVocabularyRows() const;
    /// "record.field (p/mapping.yaml:31)" of rows that gave no value.
    std::vector<std::string> idleRows() const;

private:
    const ReadManifest& manifest_;
    std::uint64_t items_ = 0;
    std::map<std::string, std::uint64_t> unknown_, unmapped_;
    std::set<std::string> rules_hit_, vocabulary_rows_hit_;
};

/// What a reviewer would ask about, each a sentence that begins with its place. Empty: nothing to
/// ask.
std::vector<std::string> lint(const ReadManifest& manifest);

}  // namespace yht::kit
