#include "tools/sources-sim/drop.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <thread>

namespace yht::sources_sim {
namespace {

bool append(const std::string& path, std::string_view bytes, std::ios::openmode mode) {
    std::ofstream out(path, std::ios::binary | mode);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    return out.good();
}

/// As drop().
std::optional<std::int64_t> writeHalves(const DropOptions& options, const std::string& path, std::string_view bytes) {
    using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::steady_clock;
    const auto began = steady_clock::now();
    if (!append(path, bytes.substr(0, bytes.size() / 2), std::ios::trunc)) return std::nullopt;
    std::this_thread::sleep_for(milliseconds(options.pause_ms));
    if (!append(path, bytes.substr(bytes.size() / 2), std::ios::app)) return std::nullopt;
    return duration_cast<milliseconds>(steady_clock::now() - began).count();
}

bool rename(const std::string& path, std::string_view bytes) {
    std::error_code failed;
    if (!append(path + ".tmp", bytes, std::ios::trunc)) return false;
    std::filesystem::rename(path + ".tmp", path, failed);
    return !failed;
}

}  // namespace

std::optional<std::int64_t> drop(const DropOptions& options, const std::string& bytes) {
    const std::string path = options.folder + "/" + options.name;
    const std::string_view whole = bytes;
    std::optional<std::int64_t> half_ms;
    switch (options.writing) {
        case Writing::AtOnce:
            if (append(path, whole, std::ios::trunc)) half_ms = 0;
            break;
        case Writing::Renamed:
            if (rename(path, whole)) half_ms = 0;
            break;
        case Writing::InHalves:
            half_ms = writeHalves(options, path, whole);
            break;
        case Writing::Half:
            return append(path, whole.substr(0, whole.size() / 2), std::ios::trunc) ? std::optional<std::int64_t>(0) : std::nullopt;
    }
    if (half_ms && !options.marker.empty() && !append(options.folder + "/" + options.marker, "", std::ios::trunc)) return std::nullopt;
    return half_ms;
}

}  // namespace yht::sources_sim
