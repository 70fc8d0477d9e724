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

}  // namespace

bool drop(
    const std::string& folder, const std::string& name, const std::string& bytes, Writing writing, std::int64_t pause_ms
) {
    const std::string path = folder + "/" + name;
    if (writing == Writing::AtOnce) return append(path, bytes, std::ios::trunc);
    if (writing == Writing::Renamed) {
        std::error_code failed;
        if (!append(path + ".tmp", bytes, std::ios::trunc)) return false;
        std::filesystem::rename(path + ".tmp", path, failed);
        return !failed;
    }
    const std::string_view all = bytes;
    if (!append(path, all.substr(0, all.size() / 2), std::ios::trunc)) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
    return append(path, all.substr(all.size() / 2), std::ios::app);
}

}  // namespace yht::sources_sim
