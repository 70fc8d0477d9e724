#include "tests/scenarios/shipped_source.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace yht::scenarios {
namespace {

const std::string kAdapters = YHT_SOURCE_DIR "/adapters/";

std::string contentOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The manifest without the sections that want files of a deployment or another machine.
std::string withoutTransports(const std::string& manifest) {
    std::istringstream lines(manifest);
    std::string kept;
    bool left_out = false;
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line.front() != ' ') {
            left_out = line.starts_with("pull:") || line.starts_with("endpoints:") || line.starts_with("secrets:") ||
                       line.starts_with("attachments:") || line.starts_with("results:");
        }
        if (!left_out) kept += line + "\n";
    }
    return kept;
}

}  // namespace

void replaceInDeployment(
    const Federation& federation, const std::string& file, const std::string& from, const std::string& to
) {
    const std::string path = federation.deployment() + "/" + file;
    std::string text = contentOf(path);
    const auto at = text.find(from);
    ASSERT_NE(std::string::npos, at) << file << " has no " << from;
    std::ofstream(path, std::ios::binary) << text.replace(at, from.size(), to);
}

void shipSource(
    const Federation& federation, const std::string& source, const std::string& product, const std::string& region,
    const std::string& partner
) {
    namespace fs = std::filesystem;
    const std::string to = federation.deployment();
    fs::create_directories(to + "/sources");
    fs::create_directories(to + "/products");
    fs::copy(kAdapters + "products/" + product, to + "/products/" + product, fs::copy_options::recursive);
    fs::copy(kAdapters + "sources/" + source, to + "/sources/" + source, fs::copy_options::recursive);
    const std::string manifest = "sources/" + source + "/source.yaml";
    for (const auto& file : {manifest, "products/" + product + "/product.yaml"}) {
        const auto kept = withoutTransports(contentOf(to + "/" + file));
        std::ofstream(to + "/" + file, std::ios::binary) << kept;
    }
    replaceInDeployment(federation, manifest, "lifecycle: shadow", "lifecycle: live");
    std::ofstream(to + "/sources.yaml", std::ios::app)
        << "  - {id: " << source << ", name: " << source << ", region: \"" << region << "\"}\n";
    replaceInDeployment(federation, "partners.yaml", "sources: [" + partner + "]", "sources: [" + partner + ", " + source + "]");
}

std::string shippedMessage(const std::string& source, const std::string& sample) {
    for (const auto& entry : std::filesystem::directory_iterator(kAdapters + "sources/" + source + "/tests/" + sample)) {
        if (entry.path().filename().string().starts_with("input.")) return contentOf(entry.path());
    }
    return "";
}

std::string accountOf(const Reply& reply, const char* name) {
    const auto json = reply.json();
    return json.IsObject() && json.HasMember("account") ? json::textMember(json["account"], name) : reply.body;
}

}  // namespace yht::scenarios
