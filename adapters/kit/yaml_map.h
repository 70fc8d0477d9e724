// A YAML map read strictly: every key that nobody asked for is a mistake, told with file, line and
// the nearest right name; all mistakes of a file come at once. Catches what yaml-cpp throws. Uses:
// base, yaml-cpp. Used by: profile.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"

namespace yht::kit {

/// Mistakes of one file, in the order found; of several merged into one tree, where each node carries its file as
/// its tag (kFileTag and the file's name).
inline constexpr std::string_view kFileTag = "file:";

class YamlProblems {
public:
    explicit YamlProblems(
        std::string file, base::ErrorCode code = base::ErrorCode::ProfileInvalid
    )
        : file_(std::move(file)), code_(code) {}
    void add(const YAML::Node& at, const std::string& what);
    /// A mistake that has its place in its text already.
    void add(const std::string& line) { lines_.push_back(line); }
    bool empty() const { return lines_.empty(); }
    /// All mistakes, one a line, as `detail` of the code.
    base::Error error() const;

private:
    std::string file_;
    base::ErrorCode code_;
    std::vector<std::string> lines_;
};

/// Parses one file. Errors: ProfileInvalid where it can't be read or is no YAML.
base::Result<YAML::Node> parseYamlFile(const std::string& path);

/// One map of the file. Ask for every key there is, then finish().
class YamlMap {
public:
    /// `where` names the map in error texts ("envelope"). A node that is no map is a problem.
    YamlMap(const YAML::Node& node, std::string where, YamlProblems& problems);

    bool has(const char* key) const;
    /// Scalar text. Absent: `fallback`, or a problem where that is nullptr.
    std::string text(const char* key, const char* fallback = nullptr);
    std::int64_t integer(
        const char* key, std::int64_t fallback, std::int64_t min, std::int64_t max
    );
    bool flag(const char* key, bool fallback);
    /// One scalar or a list of them; empty where absent.
    std::vector<std::string> texts(const char* key);
    /// The node as it is; undefined where absent.
    YAML::Node node(const char* key);
    /// Keys and values of a map whose keys are free; empty where absent.
    std::vector<std::pair<std::string, YAML::Node>> entries(const char* key);
    /// Reports every key that was not asked for.
    void finish();
    /// The same, for readers whose keys are listed elsewhere too (documented). Requires: `keys` are
    /// those that were asked for.
    void finish(std::span<const char* const> keys);
    void problem(const std::string& what) { problems_.add(node_, where_ + ": " + what); }
    const YAML::Node& self() const { return node_; }
    YamlProblems& problems() { return problems_; }

private:
    YAML::Node node_;
    std::string where_;
    YamlProblems& problems_;
    std::vector<std::string> known_;
};

/// The scalars of a scalar or list node.
std::vector<std::string> scalarsOf(
    const YAML::Node& node, const std::string& where, YamlProblems& problems
);

/// ", did you mean X?" for the nearest of `known`, else those with its first word (contact_…), "" where none is near.
std::string didYouMean(const std::string& name, const std::vector<std::string>& known);

}  // namespace yht::kit
