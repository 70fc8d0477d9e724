#include "gateway/app/source_check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "adapters/kit/path.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;

std::string textOf(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return std::move(content).str();
}

void members(const kit::ItemValue& value, const std::string& place, std::set<std::string>& all) {
    if (value.isScalar()) {
        if (!place.empty()) all.insert(place);
        return;
    }
    for (const auto& entry : value.items()) members(entry, place, all);
    for (const auto& [name, member] : value.members()) members(member, place + "/" + kit::pathStep(name), all);
}

/// Members that the samples bring, by their paths, and those that no rule reads.
void cover(CheckedSource& checked) {
    std::set<std::string> seen;
    kit::Coverage coverage(checked.manifest);
    const auto decoder = kit::makeDecoder(checked.manifest.manifest.decode);
    for (const auto& sample : checked.samples) {
        if (!sample.expected_err.empty()) continue;
        const std::string message = textOf(sample.input_path);
        kit::MessageContext context = sample.context;
        context.trace = true;
        (void)checked.adapter->adapt(message, context, sample.patches, [&](kit::AdaptedItem&& item) {
            coverage.add(item);
            return true;
        });
        if (!decoder.ok()) continue;
        (void)(*decoder)->decode(message, [&](kit::DecodedItem&& item) {
            members(item.value, "", seen);
            return true;
        });
    }
    checked.members_seen = seen.size();
    checked.members_unread = std::min<std::uint64_t>(coverage.unknownMembers().size(), seen.size());
    for (const auto& [code, times] : coverage.unmappedCodes()) checked.unmapped_codes += times;
}

bool isGood(const kit::SampleOutcome& outcome) {
    return outcome.records > 0 && outcome.failed == 0 && outcome.ignored == 0;
}

bool hasText(const std::string& path) {
    std::error_code failed;
    return fs::exists(path, failed) && fs::file_size(path, failed) > 0;
}

}  // namespace

std::vector<std::string> CheckedSource::failures() const {
    std::vector<std::string> all;
    for (const auto& result : results) {
        for (const auto& difference : result.differences) all.push_back(result.name + ": " + difference);
    }
    for (const auto& each : generated) {
        if (!each.problem.empty()) all.push_back(each.name + ": " + each.problem);
    }
    return all;
}

base::Result<CheckedSource> checkSource(const std::string& directory, const std::string& source_id) {
    const std::string sources = directory + "/sources", products = directory + "/products";
    CheckedSource checked;
    auto adapter = kit::Adapter::load(sources, products, source_id);
    if (!adapter.ok()) return std::move(adapter).error();
    auto tree = kit::readManifestTree(sources, products, source_id);
    if (!tree.ok()) return std::move(tree).error();
    auto manifest = kit::readManifest(*tree, source_id);
    if (!manifest.ok()) return std::move(manifest).error();
    auto samples = kit::findSamples(sources, source_id);
    if (!samples.ok()) return std::move(samples).error();
    checked.adapter = *std::move(adapter);
    checked.tree = *std::move(tree);
    checked.manifest = *std::move(manifest);
    checked.samples = *std::move(samples);
    for (const auto& sample : checked.samples) {
        checked.results.push_back(kit::runSample(*checked.adapter, sample));
        const std::string message = textOf(sample.input_path);
        if (!isGood(kit::adaptSample(*checked.adapter, message, sample.context, sample.patches))) continue;
        for (auto& one : kit::runGeneratedCases(*checked.adapter, checked.manifest, message, sample.context)) {
            one.name = sample.name + "/" + one.name;
            checked.generated.push_back(std::move(one));
        }
    }
    cover(checked);
    checked.lint = kit::lint(checked.manifest);
    return checked;
}

std::vector<kit::Fact> factsOf(const CheckedSource& checked) {
    kit::CheckedFiles files{checked.manifest, checked.samples, checked.results};
    bool twice_ran = false, twice_failed = false;
    for (const auto& each : checked.generated) {
        files.generated_ran += each.skipped ? 0 : 1;
        files.generated_failed += each.problem.empty() ? 0 : 1;
        if (!each.name.ends_with("/same_batch_twice") || each.skipped) continue;
        twice_ran = true;
        twice_failed = twice_failed || !each.problem.empty();
    }
    files.duplicates_hold = twice_ran && !twice_failed;
    files.members_seen = checked.members_seen;
    files.members_unread = checked.members_unread;
    files.unmapped_codes = checked.unmapped_codes;
    files.has_runbook = hasText(checked.tree.source_directory + "/README.md") ||
                        hasText(checked.tree.product_directory + "/README.md");
    return kit::factsOfFiles(files);
}

std::vector<std::string> sourcesOfProduct(const std::string& directory, const std::string& source_id) {
    const auto productOf = [&](const std::string& id) -> std::string {
        const auto tree = kit::readManifestTree(directory + "/sources", directory + "/products", id);
        if (!tree.ok()) return {};
        const auto manifest = kit::readManifest(*tree, id);
        return manifest.ok() ? manifest->manifest.product : std::string();
    };
    std::vector<std::string> all = {source_id};
    const std::string product = productOf(source_id);
    std::error_code failed;
    for (const auto& folder : fs::directory_iterator(directory + "/sources", failed)) {
        const std::string id = folder.path().filename().string();
        if (id != source_id && !id.starts_with('.') && !product.empty() && productOf(id) == product) all.push_back(id);
    }
    std::sort(all.begin() + 1, all.end());
    return all;
}

}  // namespace yht::app
