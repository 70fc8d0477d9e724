// A YAML mapping read strictly: unknown and repeated keys are refused with the nearest name, values
// are read by type and bound, and everything wrong is collected with "file:line" instead of
// stopping at the first. Uses: base, yaml-cpp. Used by: trust, certs, delivery, app.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gateway/base/error.h"

namespace yht::yaml {

using Names = std::vector<std::string>;

/// Of a table of names: an array of const char*.
template <class Keys>
Names namesIn(const Keys& keys) {
    return Names(std::begin(keys), std::end(keys));
}

inline constexpr std::size_t kConfigErrorsMax = 50;
inline constexpr std::size_t kIdCharactersMax = 64;

/// Collects what is wrong in one file, at most kConfigErrorsMax in all. Each says where: "file:line" as `pointer`, and as `limit` and
/// before its texts the path of keys ("partners[0].certificates[1].use", lists from 0), where it is about a node of the file's tree.
class Findings {
public:
    Findings(std::string file, std::vector<base::FieldError>& errors)
        : file_(std::move(file)), errors_(errors) {}

    /// The tree that nodes are looked for in; readTree says it.
    void lookIn(const YAML::Node& root) { root_.reset(root); }
    void add(int line, const char* code, const std::string& en, const std::string& zh);
    void add(const YAML::Node& at, const char* code, const std::string& en, const std::string& zh);
    /// "… is not known here; did you mean …?" Requires: names not empty.
    void addUnknown(
        const YAML::Node& at, const std::string& what_en, const std::string& what_zh,
        const std::string& given, const Names& names
    );

private:
    void put(int line, const std::string& path, const char* code, const std::string& en, const std::string& zh);

    const std::string file_;
    std::vector<base::FieldError>& errors_;
    YAML::Node root_;
};

/// One mapping of the file. Each reader adds its own finding and gives the fallback or an empty
/// value.
class Entry {
public:
    Entry(const YAML::Node& node, const Names& keys, Findings& findings);

    /// An undefined node where absent.
    YAML::Node find(const char* key) const;
    /// The scalar's text; `fallback` where absent, and a finding where that is null.
    std::string text(const char* key, const char* fallback, std::size_t characters_max);
    bool flag(const char* key, bool fallback);
    /// A whole number from `min` to `max`.
    std::int64_t integer(const char* key, std::int64_t fallback, std::int64_t min, std::int64_t max);
    /// 1 to `max`.
    std::uint32_t number(const char* key, std::uint32_t fallback, std::uint32_t max);
    /// The items of a list; none where absent.
    std::vector<YAML::Node> list(const char* key, std::size_t count_max);
    /// The items of a list of texts, each as `text` takes one; none where absent.
    std::vector<std::string> texts(const char* key, std::size_t count_max, std::size_t characters_max);
    /// The member "id": a-z, 0-9, "-" and "_".
    std::string id();
    /// Adds: "key" <text>.
    void bad(const YAML::Node& at, const char* key, const std::string& en, const std::string& zh);

private:
    const YAML::Node node_;
    Findings& findings_;
};

/// Reads one file with `read`, which is given its tree. What yaml-cpp throws becomes a finding, here and inside `read`; its text
/// quotes nothing of the file.
void readTree(const std::string& text, Findings& findings, const std::function<void(const YAML::Node&)>& read);

/// What is wrong with `file`, all of it. Requires: errors not empty. The public text is the first; `detail` has one a line.
base::Error refusal(base::ErrorCode code, const std::string& file, std::vector<base::FieldError> errors);

}  // namespace yht::yaml
