#include "gateway/intake/pull/pull_state.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>

#include "gateway/json/json.h"

namespace yht::intake {
namespace {

using base::ErrorCode;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr json::Limits kLimits{.depth_max = 4, .values_max = 200'000, .members_max = 64};

void text(Writer& out, const char* name, const std::string& value) {
    out.Key(name);
    out.String(value);
}

void number(Writer& out, const char* name, std::uint64_t value) { text(out, name, std::to_string(value)); }

std::uint64_t numberMember(const rapidjson::Value& object, const char* name) {
    const std::string digits = json::textMember(object, name);
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

base::UnixMillis millisMember(const rapidjson::Value& object, const char* name) {
    return static_cast<base::UnixMillis>(numberMember(object, name));
}

base::Error failed(const std::string& path) {
    return base::makeError(errno == ENOSPC ? ErrorCode::DiskFull : ErrorCode::IoFailed, path + ": errno " + std::to_string(errno));
}

/// Whole and synced, or an error; the descriptor is closed either way.
bool writeWhole(int descriptor, std::string_view bytes) {
    bool whole = true;
    while (whole && !bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        whole = written > 0;
        if (whole) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    whole = whole && ::fsync(descriptor) == 0;
    return ::close(descriptor) == 0 && whole;
}

base::Status replaceFile(const std::string& path, std::string_view bytes) {
    const std::string part = path + ".part";
    const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0 || !writeWhole(descriptor, bytes)) return failed(part);
    if (::rename(part.c_str(), path.c_str()) != 0) return failed(path);
    return {};
}

/// nullopt where there is no such file.
std::optional<std::string> readWhole(const std::string& path, std::size_t bytes_max) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return bytes.str().size() > bytes_max ? std::string() : bytes.str();
}

constexpr std::size_t kPauseBytesMax = 64U << 10;

std::string pausePath(const std::string& directory, const std::string& source) { return directory + "/" + source + ".paused"; }

}  // namespace

std::string encodePullState(const PullState& state) {
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartObject();
    text(out, "cursor", state.cursor);
    text(out, "tie_break", state.tie_break);
    number(out, "epoch", state.epoch);
    number(out, "seq", state.seq);
    out.Key("files");
    out.StartArray();
    for (const auto& [name, file] : state.files) {
        out.StartObject();
        text(out, "name", name);
        number(out, "size", file.size_bytes);
        number(out, "modified_ms", static_cast<std::uint64_t>(file.modified_ms));
        text(out, "sha256", file.sha256);
        out.EndObject();
    }
    out.EndArray();
    number(out, "last_success_ms", static_cast<std::uint64_t>(state.last_success_ms));
    number(out, "last_item_ms", static_cast<std::uint64_t>(state.last_item_ms));
    text(out, "trouble", state.trouble);
    number(out, "trouble_since_ms", static_cast<std::uint64_t>(state.trouble_since_ms));
    out.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

base::Result<PullState> decodePullState(std::string_view bytes) {
    const auto document = json::parse(bytes, kLimits);
    const auto* files = document && document->IsObject() ? json::findMember(*document, "files") : nullptr;
    if (files == nullptr || !files->IsArray()) return base::makeError(ErrorCode::IoFailed, "no pull state");
    PullState state;
    state.cursor = json::textMember(*document, "cursor");
    state.tie_break = json::textMember(*document, "tie_break");
    state.epoch = numberMember(*document, "epoch");
    state.seq = numberMember(*document, "seq");
    for (const auto& file : files->GetArray()) {
        state.files[json::textMember(file, "name")] = {
            .size_bytes = numberMember(file, "size"),
            .modified_ms = millisMember(file, "modified_ms"),
            .sha256 = json::textMember(file, "sha256")};
    }
    state.last_success_ms = millisMember(*document, "last_success_ms");
    state.last_item_ms = millisMember(*document, "last_item_ms");
    state.trouble = json::textMember(*document, "trouble");
    state.trouble_since_ms = millisMember(*document, "trouble_since_ms");
    return state;
}

PullStateFile::PullStateFile(const std::string& directory, const std::string& source)
    : path_(directory + "/" + source + ".json") {}

PullState PullStateFile::load() const {
    const auto bytes = readWhole(path_, kPullStateBytesMax);
    auto state = bytes ? decodePullState(*bytes) : base::Result<PullState>(PullState{});
    // Half a file can't be: it is replaced whole. What somebody wrote there is not believed, and not needed.
    return state ? *std::move(state) : PullState{};
}

base::Status PullStateFile::store(const PullState& state) const { return replaceFile(path_, encodePullState(state)); }

std::optional<Pause> loadPause(const std::string& directory, const std::string& source) {
    const auto bytes = readWhole(pausePath(directory, source), kPauseBytesMax);
    if (!bytes) return std::nullopt;
    const auto document = json::parse(*bytes);
    if (!document || !document->IsObject()) return Pause{};
    return Pause{json::textMember(*document, "by"), json::textMember(*document, "why"), millisMember(*document, "since_ms")};
}

base::Status storePause(const std::string& directory, const std::string& source, const std::optional<Pause>& pause) {
    const std::string path = pausePath(directory, source);
    if (!pause) {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(path);
        return {};
    }
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartObject();
    text(out, "by", pause->by);
    text(out, "why", pause->why);
    number(out, "since_ms", static_cast<std::uint64_t>(pause->since_ms));
    out.EndObject();
    return replaceFile(path, {buffer.GetString(), buffer.GetSize()});
}

}  // namespace yht::intake
