#include "gateway/app/shadow.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <set>

#include "gateway/app/deployment.h"
#include "gateway/app/private_file.h"
#include "gateway/base/background.h"
#include "gateway/base/time_text.h"
#include "gateway/json/json.h"
#include "gateway/json/members.h"

namespace yht::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using json::Writer;

constexpr const char* kFormat = "yht-shadow-1";
constexpr std::int64_t kWaitMs = 1000;
constexpr std::size_t kScanPageEntries = 500;
constexpr std::size_t kScanPagesOfTurn = 20;

base::Error corrupt() { return base::makeError(ErrorCode::LedgerCorrupt, "a shadow run's state can't be read"); }

/// Numbers come as texts (json.h).
std::uint64_t countOf(const rapidjson::Value& object, const char* name) {
    const std::string text = json::textMember(object, name);
    std::uint64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

Differences::OfPath readPath(const rapidjson::Value& value) {
    Differences::OfPath path;
    if (!value.IsObject()) return path;
    path.count = countOf(value, "count");
    const auto* examples = json::findMember(value, "examples");
    if (examples == nullptr || !examples->IsArray()) return path;
    for (const auto& each : examples->GetArray()) {
        if (path.examples.size() == kDifferenceExamplesMax || !each.IsObject()) break;
        path.examples.push_back(
            {json::textMember(each, "record_ref"), json::textMember(each, "before"), json::textMember(each, "after")}
        );
    }
    return path;
}

base::Status writeShadow(const std::string& path, const ShadowState& state) {
    std::error_code failed;
    fs::create_directories(fs::path(path).parent_path(), failed);
    fs::remove(path + ".part", failed);  // of one that was killed; the ledger's lock says that there is no other
    auto file = PrivateFile::create(path);
    if (!file.ok()) return std::move(file).error();
    if (auto written = file->append(encodeShadow(state)); !written.ok()) return written;
    return file->publish();
}

base::Result<std::shared_ptr<const kit::Adapter>> newVersion(const std::string& deployment, const std::string& source_id) {
    const std::string folder = shadowFolder(deployment, source_id);
    return kit::Adapter::load(folder + "/sources", folder + "/products", source_id);
}

/// Messages of the source behind `state.after`; moves it over what is none of them.
std::vector<ledger::Seq> nextMessages(ledger::View& view, const std::string& source_id, ShadowState& state, bool& more) {
    std::vector<ledger::Seq> found;
    for (std::size_t page = 0; page < kScanPagesOfTurn; ++page) {
        const auto headers = view.scan(state.after, kScanPageEntries);
        for (const auto& header : headers) {
            if (header.type == ledger::EntryType::Message && header.adapter == source_id) {
                if (found.size() == kShadowTurnMessages) {
                    more = true;
                    return found;
                }
                found.push_back(header.seq);
            }
            state.after = header.seq;
        }
        if (headers.size() < kScanPageEntries) return found;
    }
    more = true;
    return found;
}

void compareOne(
    const ShadowServices& services, const KeptMessage& message, const kit::Adapter& old_one, const kit::Adapter& new_one,
    ShadowState& state
) {
    const auto before = makeOf(old_one, message.body, message.context, services.random);
    const auto after = makeOf(new_one, message.body, message.context, services.random);
    ++state.messages;
    state.items += after.items;
    std::map<std::uint64_t, std::set<std::string>> old_texts, new_texts;
    for (const auto& record : before.records) old_texts[record.item_index].insert(record.canonical);
    for (const auto& record : after.records) new_texts[record.item_index].insert(record.canonical);
    for (const auto& [item, fate] : after.fates) {
        const auto then = before.fates.find(item);
        const bool same = then != before.fates.end() && then->second == fate && old_texts[item] == new_texts[item];
        state.items_differ += same ? 0 : 1;
    }
    state.differences.compareMessages(before, after);
}

ShadowState begun(const ShadowServices& services, ledger::Seq last, const std::string& version) {
    ShadowState state;
    state.after = last;
    state.since_ms = services.clock.nowMillis();
    state.new_version = version;
    return state;
}

}  // namespace

std::string encodeShadow(const ShadowState& state) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartObject();
    json::writeNumber(out, "after", state.after);
    out.Key("differences");
    out.StartObject();
    for (const auto& [path, found] : state.differences.paths()) {
        out.Key(path.c_str());
        out.StartObject();
        json::writeNumber(out, "count", found.count);
        out.Key("examples");
        out.StartArray();
        for (const auto& example : found.examples) {
            out.StartObject();
            json::writeText(out, "after", example.after);
            json::writeText(out, "before", example.before);
            json::writeText(out, "record_ref", example.record_ref);
            out.EndObject();
        }
        out.EndArray();
        out.EndObject();
    }
    out.EndObject();
    json::writeText(out, "format", kFormat);
    json::writeNumber(out, "items", state.items);
    json::writeNumber(out, "items_differ", state.items_differ);
    json::writeNumber(out, "messages", state.messages);
    json::writeText(out, "new_version", state.new_version);
    json::writeText(out, "old_version", state.old_version);
    json::writeText(out, "problem", state.problem);
    json::writeText(out, "since", base::formatRfc3339(state.since_ms));
    out.EndObject();
    return buffer.GetString();
}

base::Result<ShadowState> decodeShadow(std::string_view text) {
    const auto document = json::parse(text, {.members_max = kDifferencePathsMax + 100});
    if (!document.ok() || !document->IsObject() || json::textMember(*document, "format") != kFormat) return corrupt();
    const auto since = base::parseRfc3339(json::textMember(*document, "since"));
    const auto* paths = json::findMember(*document, "differences");
    if (!since || paths == nullptr || !paths->IsObject()) return corrupt();
    ShadowState state;
    state.after = countOf(*document, "after");
    state.items = countOf(*document, "items");
    state.items_differ = countOf(*document, "items_differ");
    state.messages = countOf(*document, "messages");
    state.new_version = json::textMember(*document, "new_version");
    state.old_version = json::textMember(*document, "old_version");
    state.problem = json::textMember(*document, "problem");
    state.since_ms = *since;
    std::map<std::string, Differences::OfPath> found;
    for (const auto& path : paths->GetObject()) found.emplace(path.name.GetString(), readPath(path.value));
    state.differences.restore(std::move(found));
    return state;
}

std::string shadowFolder(const std::string& deployment, const std::string& source_id) {
    return deployment + "/shadow/" + source_id;
}

std::string shadowStatePath(const std::string& ledger_directory, const std::string& source_id) {
    return ledger_directory + "/shadow/" + source_id + ".json";
}

base::Result<std::optional<ShadowState>> readShadow(const std::string& path) {
    std::error_code failed;
    if (!fs::exists(path, failed)) return std::optional<ShadowState>();
    if (fs::file_size(path, failed) > kShadowStateBytesMax) return corrupt();
    const auto text = readFile(path);
    if (!text.ok()) return text.error();
    auto state = decodeShadow(*text);
    if (!state.ok()) return std::move(state).error();
    return std::optional<ShadowState>(*std::move(state));
}

base::Result<bool> shadowTurn(const ShadowServices& services, const std::string& source_id) {
    const std::string path = shadowStatePath(services.ledger_directory, source_id);
    auto kept = readShadow(path);
    const auto new_one = newVersion(services.deployment, source_id);
    const auto in_force = services.adapters();
    const auto old_one = in_force->find(source_id);
    auto snapshot = services.store.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    const std::string version = new_one.ok() ? (*new_one)->version() : std::string();
    const bool goes_on = kept.ok() && *kept && (version.empty() || (*kept)->new_version == version);
    ShadowState state = goes_on ? **std::move(kept) : begun(services, (*snapshot)->lastSeq(), version);
    const std::string problem = !new_one.ok()                  ? base::describe(new_one.error())
                                : old_one == in_force->end() ? "no such source is in force 没有此来源生效"
                                                               : "";
    if (!problem.empty()) {
        if (goes_on && state.problem == problem) return false;
        state.problem = problem;
        auto written = writeShadow(path, state);
        if (!written.ok()) return std::move(written).error();
        return false;
    }
    const bool news = !goes_on || !state.problem.empty() || state.old_version != old_one->second->version();
    state.problem.clear();
    state.old_version = old_one->second->version();
    bool more = false;
    const auto after = state.after;
    const auto messages = nextMessages(**snapshot, source_id, state, more);
    for (const auto seq : messages) {
        const auto message = keptMessage(**snapshot, seq);
        if (!message.ok()) continue;  // erased meanwhile
        compareOne(services, *message, *old_one->second, **new_one, state);
    }
    snapshot->reset();
    // Entries of others alone are no news: after a restart they are passed over again.
    if (!news && messages.empty() && !more && state.after - after < kScanPageEntries) return false;
    auto written = writeShadow(path, state);
    if (!written.ok()) return std::move(written).error();
    return more;
}

void ShadowRunner::start() {
    thread_ = std::thread([this] { run(); });
}

void ShadowRunner::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void ShadowRunner::run() {
    base::workInBackground();  // messages come first, whatever there is to compare
    while (!stopping_) {
        if (turn()) continue;
        // Not woken by every commit: nobody waits for a comparison, and there is none to make as a rule.
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::milliseconds(kWaitMs), [this] { return stopping_.load(); });
    }
}

bool ShadowRunner::turn() {
    std::error_code failed;
    const fs::path root = services_.deployment + "/shadow";
    if (!fs::is_directory(root, failed)) return false;
    bool more = false;
    std::size_t count = 0;
    for (const auto& folder : fs::directory_iterator(root, failed)) {
        const std::string id = folder.path().filename().string();
        if (stopping_ || !folder.is_directory(failed) || id.starts_with('.')) continue;
        if (++count > kShadowsMax) break;
        const auto done = shadowTurn(services_, id);
        tell(id, done.ok() ? "" : base::describe(done.error()));
        more = (done.ok() && *done) || more;
    }
    return more;
}

void ShadowRunner::tell(const std::string& source_id, const std::string& trouble) {
    std::string& last = told_[source_id];
    if (last != trouble && services_.log) {
        services_.log("shadow 影子运行 " + source_id + ": " + (trouble.empty() ? "goes on 恢复" : trouble));
    }
    last = trouble;
}

}  // namespace yht::app
