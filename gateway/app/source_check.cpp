#include "gateway/app/source_check.h"

#include <time.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/kit/path.h"
#include "gateway/app/readapting.h"
#include "gateway/intake/admission/sample_ledger.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSentAgainAfterMillis = 60 * 60 * 1'000;
constexpr std::size_t kBrokenItemsMax = 32;  // of one sample: behind each of them it breaks off

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

/// What an item becomes.
std::vector<ticket::Record> recordsOf(kit::AdaptedItem&& item) {
    std::vector<ticket::Record> records;
    for (auto& each : item.records) records.push_back(std::move(each.record));
    return records;
}

/// Items of one message in their order, the first `items_max` of them.
std::vector<std::vector<ticket::Record>> itemsOf(
    const kit::Adapter& adapter, std::string_view message, const kit::MessageContext& context, std::size_t items_max
) {
    std::vector<std::vector<ticket::Record>> items;
    (void)adapter.adapt(message, context, {}, [&](kit::AdaptedItem&& item) {
        items.push_back(recordsOf(std::move(item)));
        return items.size() < items_max;
    });
    return items;
}

/// The gateway ends behind any of the message's items, and the source sends it again later: what had become of the items before
/// the break is what becomes of them now.
bool sameAfterABreak(const kit::Adapter& adapter, std::string_view message, const kit::MessageContext& context) {
    kit::MessageContext later = context;
    later.received_ms += kSentAgainAfterMillis;
    const auto again = itemsOf(adapter, message, later, kBrokenItemsMax);
    for (std::size_t decided = 1; decided <= again.size(); ++decided) {
        const auto before = itemsOf(adapter, message, context, decided);
        if (before.size() != decided || !std::equal(before.begin(), before.end(), again.begin())) return false;
    }
    return true;
}

/// That this thread worked, so that a busy machine makes nothing slower.
std::int64_t workedMicros() {
    ::timespec worked{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &worked);
    return worked.tv_sec * 1'000'000 + worked.tv_nsec / 1'000;
}

/// How long an item takes, in the mean of its message.
void timeMapping(CheckedSource& checked, std::string_view message, const kit::MessageContext& context) {
    const std::int64_t began = workedMicros();
    std::int64_t items = 0;
    (void)checked.adapter->adapt(message, context, {}, [&](kit::AdaptedItem&&) {
        ++items;
        return true;
    });
    const std::int64_t micros = workedMicros() - began;
    checked.mapping_micros.insert(checked.mapping_micros.end(), static_cast<std::size_t>(items), items == 0 ? 0 : micros / items);
}

bool isGood(const kit::SampleOutcome& outcome) {
    return outcome.records > 0 && outcome.failed == 0 && outcome.ignored == 0;
}

/// A sample that is more than errors: what admission itself would make of it, and what becomes of it after a break.
void tryOut(CheckedSource& checked, const kit::SampleCase& sample, std::string_view message, base::Random& random) {
    if (!sample.expected_err.empty() || !sample.patches.empty()) return;
    const auto outcome = kit::adaptSample(*checked.adapter, message, sample.context);
    const auto made = makeOf(*checked.adapter, message, sample.context, random);
    checked.taken.ran += made.items - outcome.failed - outcome.ignored;
    checked.taken.failed += made.failed - std::min<std::uint64_t>(made.failed, outcome.failed);
    ++checked.resent.ran;
    checked.resent.failed += sameAfterABreak(*checked.adapter, message, sample.context) ? 0 : 1;
    timeMapping(checked, message, sample.context);
}

bool hasText(const std::string& path) {
    std::error_code failed;
    return fs::exists(path, failed) && fs::file_size(path, failed) > 0;
}

}  // namespace

base::Result<SeenMembers> SeenMembers::of(const kit::ReadManifest& manifest, const kit::Adapter& adapter) {
    auto decoder = kit::makeDecoder(manifest.manifest.decode);
    if (!decoder.ok()) return std::move(decoder).error();
    return SeenMembers(manifest, adapter, *std::move(decoder));
}

void SeenMembers::add(std::string_view message, kit::MessageContext context, const std::vector<kit::ItemPatch>& patches) {
    context.trace = true;
    (void)adapter_->adapt(message, context, patches, [&](kit::AdaptedItem&& item) {
        coverage_.add(item);
        attachments_ += item.attachments.size();
        return true;
    });
    (void)decoder_->decode(message, [&](kit::DecodedItem&& item) {
        members(item.value, "", seen_);
        return true;
    });
}

std::uint64_t SeenMembers::unread() const { return std::min<std::uint64_t>(coverage_.unknownMembers().size(), seen_.size()); }

std::uint64_t SeenMembers::unmappedCodes() const {
    std::uint64_t times = 0;
    for (const auto& [code, counted] : coverage_.unmappedCodes()) times += counted;
    return times;
}

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

base::Result<CheckedSource> checkSource(const std::string& directory, const std::string& source_id, base::Random& random) {
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
    auto seen = SeenMembers::of(checked.manifest, *checked.adapter);
    if (!seen.ok()) return std::move(seen).error();
    for (const auto& sample : checked.samples) {
        checked.results.push_back(kit::runSample(*checked.adapter, sample));
        const std::string message = textOf(sample.input_path);
        if (sample.expected_err.empty()) seen->add(message, sample.context, sample.patches);
        tryOut(checked, sample, message, random);
        if (!isGood(kit::adaptSample(*checked.adapter, message, sample.context, sample.patches))) continue;
        for (auto& one : kit::runGeneratedCases(*checked.adapter, checked.manifest, message, sample.context, intake::comesTwice)) {
            one.name = sample.name + "/" + one.name;
            checked.generated.push_back(std::move(one));
        }
    }
    checked.members_seen = seen->seen();
    checked.members_unread = seen->unread();
    checked.unmapped_codes = seen->unmappedCodes();
    checked.attachments_seen = seen->attachments();
    checked.lint = kit::lint(checked.manifest);
    return checked;
}

std::vector<kit::Fact> factsOf(const CheckedSource& checked) {
    kit::CheckedFiles files{checked.manifest, checked.samples, checked.results, checked.lint};
    for (const auto& each : checked.generated) {
        if (each.skipped) continue;
        for (kit::Tries* tries : {&files.generated, each.name.ends_with("/same_batch_twice") ? &files.twice : nullptr,
                                  each.name.ends_with("/wrong_charset") ? &files.undecodable : nullptr}) {
            if (tries == nullptr) continue;
            ++tries->ran;
            tries->failed += each.problem.empty() ? 0 : 1;
        }
    }
    files.taken = checked.taken;
    files.resent = checked.resent;
    files.mapping_micros_p95 = percentile95(checked.mapping_micros);
    files.members_seen = checked.members_seen;
    files.members_unread = checked.members_unread;
    files.unmapped_codes = checked.unmapped_codes;
    files.attachments_seen = checked.attachments_seen;
    files.has_runbook = hasText(checked.tree.source_directory + "/README.md") ||
                        hasText(checked.tree.product_directory + "/README.md");
    return kit::factsOfFiles(files);
}

std::optional<std::int64_t> percentile95(std::vector<std::int64_t> values) {
    if (values.empty()) return std::nullopt;
    std::sort(values.begin(), values.end());
    return values[values.size() * 95 / 100];
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
