// Configuration (配置): one table of keys; the file is checked against it, and the reference is printed from it.
// File: yht.yaml in the deployment directory, nested maps whose joined names are the keys below
// ("partner: {listen: …}" is "partner.listen"). An unknown or wrong key stops the start.
// Uses: base. Used by: app.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "gateway/base/result.h"

namespace yht::app {

enum class KeyType : std::uint8_t {
    Text,
    Path,     // relative paths are taken from the deployment directory
    Address,  // host:port; port 0 binds a free one
    Integer,
    Flag,
    Texts,    // a list, at least one entry
};

struct KeyRow {
    const char* name;
    KeyType type;
    const char* unit;      // "" where it has none
    const char* fallback;  // default as text; nullptr: the key is required
    std::int64_t min, max; // Integer only
    const char* en;
    const char* zh;
};

std::span<const KeyRow> configTable();

/// A checked configuration. Every key of the table has a value. Immutable.
class Config {
public:
    /// Reads DIRECTORY/yht.yaml. Errors: ConfigInvalid with every wrong key: file, line, key, what to write,
    /// and the nearest right name for an unknown one.
    static base::Result<Config> load(const std::string& directory);

    const std::string& directory() const { return directory_; }
    /// Requires: a key of the table of that type (Path and Address are text).
    const std::string& text(const std::string& key) const;
    std::int64_t integer(const std::string& key) const;
    bool flag(const std::string& key) const;
    std::vector<std::string> texts(const std::string& key) const;

private:
    std::string directory_;
    std::map<std::string, std::vector<std::string>> values_;
};

/// `path` as it stands where absolute, else below `directory`.
std::string resolvePath(const std::string& directory, const std::string& path);

/// Markdown table of every key.
std::string configReference();
/// The same as a JSON array: key, type, unit, required, default, min and max of whole numbers, zh, en.
std::string configReferenceJson();

}  // namespace yht::app
