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

bool write(const DropOptions& options, const std::string& path, std::string_view bytes) {
    if (options.writing == Writing::AtOnce) return append(path, bytes, std::ios::trunc);
    if (options.writing == Writing::Renamed) {
        std::error_code failed;
        if (!append(path + ".tmp", bytes, std::ios::trunc)) return false;
        std::filesystem::rename(path + ".tmp", path, failed);
        return !failed;
    }
    if (!append(path, bytes.substr(0, bytes.size() / 2), std::ios::trunc)) return false;
    if (options.writing == Writing::Half) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(options.pause_ms));
    return append(path, bytes.substr(bytes.size() / 2), std::ios::app);
}

}  // namespace

bool drop(const DropOptions& options, const std::string& bytes) {
    if (!write(options, options.folder + "/" + options.name, bytes)) return false;
    if (options.marker.empty() || options.writing == Writing::Half) return true;
    return append(options.folder + "/" + options.marker, "", std::ios::trunc);
}

}  // namespace yht::sources_sim
